/* What the wallet does beyond forms and links. Everything works without it. */
"use strict";

// A quote counts down; when it is over its button is, too.
const left = document.querySelector("[data-seconds]");
if (left) {
  const until = Date.now() + 1000 * Number(left.dataset.seconds);
  const button = document.querySelector("[data-until]");
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    left.textContent = seconds;
    button.disabled = seconds === 0;
    if (seconds > 0) {
      setTimeout(tick, 250);
    }
  };
  tick();
}
