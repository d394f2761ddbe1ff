// Wipes the screen: after two minutes without a touch a notice counts thirty seconds down, then the session ends.

import { forget } from "@asset(keep.js)";

const IDLE = 120;
const NOTICE = 30;
const box = document.querySelector("[data-wipe]");
const out = document.querySelector("form[data-sign-out]");
let left = IDLE;

const stay = () => {
  left = IDLE;
  if (box && !box.hidden) box.hidden = true;
};

const wipe = () => {
  for (const form of document.forms) form.reset();
  forget();
  try { localStorage.clear(); sessionStorage.clear(); } catch { /* nothing was kept */ }
  if (out) out.requestSubmit();
  else location.replace("/");
};

for (const kind of ["pointerdown", "keydown", "input", "scroll"]) addEventListener(kind, stay, { passive: true });
box?.querySelector("[data-stay]")?.addEventListener("click", stay);
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// The front page with nobody signed in has nothing to wipe.
if (out || location.pathname !== "/") {
  setInterval(() => {
    left -= 1;
    if (left > NOTICE || !box) return;
    if (left <= 0) { wipe(); return; }
    box.querySelector("[data-seconds]").textContent = left;
    if (box.hidden) {
      box.hidden = false;
      box.querySelector("[data-stay]").focus({ preventScroll: true });
    }
  }, 1000);
}
