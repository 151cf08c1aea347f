"""The distributors' workbench on a phone: the storefront, what it sells and what that earns."""
