/* What the members' pages do beyond forms and links. Everything works without it. */
"use strict";

// While a code was just sent, its button counts down to when it may be asked for again.
function pause() {
  const said = document.querySelector("[data-pause]");
  const button = document.querySelector("[data-code-go]");
  if (!said || !button || button.disabled) {
    return;
  }
  const text = button.querySelector("[data-code-text]");
  const usual = text.textContent;
  const until = Date.now() + 1000 * Number(said.dataset.pause);
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    button.disabled = left > 0;
    text.textContent = left > 0 ? `${left} s` : usual;
    if (left > 0) {
      setTimeout(tick, 500);
    }
  };
  tick();
}

addEventListener("DOMContentLoaded", pause);
addEventListener("htmx:afterSettle", pause);

// A link is copied where the browser lets us.
const copy = document.querySelector("[data-copy]");
if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector("[data-copy-from]").value);
    copy.textContent = copy.dataset.copied;
  });
}
