// The keyboard of those who work here all day. The list that people read is in the page.

const dialog = document.querySelector("[data-keys]");
const help = document.querySelector("[data-help]");
const show = () => { if (!dialog.open) dialog.showModal(); };
if (help) {
  help.hidden = false;
  help.addEventListener("click", show);
}

const typing = (target) => target.closest?.("input, select, textarea, [contenteditable]");

function step(by) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) {
    document.querySelector(`[data-key="${by > 0 ? "j" : "k"}"]`)?.click();
    return;
  }
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by));
  rows[next].focus();
  rows[next].scrollIntoView({ block: "nearest" });
}

const go = { q: "/desk", n: "/desk/start", b: "/board" };
let first = 0;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog?.open) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const after = Date.now() - first < 1500;
  first = 0;
  if (after && go[event.key]) location.href = go[event.key];
  else if (event.key === "g") first = Date.now();
  else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "?") show();
  else if (event.key === "m") {
    const moves = document.querySelector("#moves");
    (moves?.querySelector("input:not([type=hidden]), select, textarea, summary, button") ?? moves)?.focus();
  } else if (event.key === "/") {
    const search = document.querySelector("[data-search]");
    if (!search) { location.href = "/desk"; return; }
    event.preventDefault();
    search.focus();
    search.select();
  }
});
document.querySelector("[data-focus]")?.focus();
