/* What pages do beyond links and forms. Everything works without it. */
"use strict";

if ("serviceWorker" in navigator) {
  addEventListener("load", () => {
    navigator.serviceWorker.register("/service-worker.js").catch(() => {});
  });
}

// A form pressed twice is sent once; its button shows that it is on its way.
addEventListener("submit", (event) => {
  const form = event.target;
  if (form.hasAttribute("data-once")) {
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    form.setAttribute("aria-busy", "true");
  }
});

// A page that comes back from the browser's memory is ready to be sent again.
addEventListener("pageshow", () => {
  document.querySelectorAll('form[aria-busy="true"]').forEach((form) => {
    form.removeAttribute("aria-busy");
  });
});

// A control that acts as soon as it is changed.
addEventListener("change", (event) => {
  const form = event.target.closest("form[data-send-on-change]");
  if (form) {
    form.requestSubmit();
  }
});

// Without a connection htmx says nothing; the mall does.
addEventListener("htmx:sendError", () => {
  const notice = document.getElementById("no-connection");
  if (notice) {
    notice.hidden = false;
  }
});
