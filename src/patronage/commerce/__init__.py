"""Commerce: products, orders, payments, shipping, returns."""
