// Makes the site installable, and shows which drafts lie on this device.

if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});

const drafts = () => {
  const found = [];
  try {
    for (let at = 0; at < localStorage.length; at += 1) {
      const key = localStorage.key(at);
      if (key.startsWith("draft:")) found.push([key.slice(6), JSON.parse(localStorage.getItem(key)).title]);
    }
  } catch { /* this browser keeps nothing */ }
  return found;
};

for (const box of document.querySelectorAll("[data-drafts]")) {
  const list = box.querySelector("ul");
  for (const [path, title] of drafts()) {
    const link = document.createElement("a");
    link.href = path;
    link.textContent = title || path;
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
  }
  box.hidden = !list.children.length;
}

document.querySelector("form[data-sign-out]")?.addEventListener("submit", () => {
  try { for (const [path] of drafts()) localStorage.removeItem(`draft:${path}`); } catch { /* nothing was kept */ }
});

// A page that could not be loaded comes as soon as it can: not every device knows when it has a network again.
if (document.querySelector("[data-offline]") && location.pathname !== "/offline") {
  const back = () => fetch(location.href, { method: "HEAD" }).then(() => location.reload()).catch(() => {});
  addEventListener("online", back);
  setInterval(back, 4000);
}

const print = document.querySelector("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
