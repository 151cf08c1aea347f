/* Reading a pay code by the camera, where the browser can by itself. Everything works without it. */
"use strict";

const button = document.querySelector("[data-scan]");
const camera = document.querySelector("[data-camera]");
const DIGITS = /^\d{18}$/;
let stream = null;

function stop() {
  if (stream) {
    stream.getTracks().forEach((track) => track.stop());
    stream = null;
  }
  camera.hidden = true;
  camera.srcObject = null;
}

async function look(detector) {
  while (stream) {
    const found = await detector.detect(camera).catch(() => []);
    const code = found.map((one) => one.rawValue).find((text) => DIGITS.test(text));
    if (code) {
      stop();
      document.getElementById("code").value = code;
      const amount = document.getElementById("amount");
      (amount.value ? button.form.querySelector(".weui-btn_primary") : amount).focus();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function scan(formats) {
  if (stream) {
    stop();
    return;
  }
  const refused = document.querySelector("[data-camera-no]");
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    refused.hidden = false;
    return;
  }
  refused.hidden = true;
  camera.srcObject = stream;
  camera.hidden = false;
  await camera.play();
  await look(new BarcodeDetector({ formats }));
}

async function offer() {
  if (!button || !("BarcodeDetector" in window) || !navigator.mediaDevices) {
    return;
  }
  const known = await BarcodeDetector.getSupportedFormats();
  const formats = ["qr_code", "code_128"].filter((format) => known.includes(format));
  if (formats.length === 0) {
    return;
  }
  button.hidden = false;
  document.querySelector("[data-scan-yes]").hidden = false;
  document.querySelector("[data-scan-no]").hidden = true;
  button.addEventListener("click", () => scan(formats));
}

offer();
addEventListener("pagehide", () => {
  if (stream) {
    stop();
  }
});
