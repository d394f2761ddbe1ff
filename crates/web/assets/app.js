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

// The forms that were opened on this device while somebody was signed in: where each is, and its heading.
const forms = async () => {
  if (!("caches" in window)) return [];
  const cache = await caches.open("lianchi forms");
  const all = (await cache.keys()).map(async (request) => {
    const page = new DOMParser().parseFromString(await (await cache.match(request)).text(), "text/html");
    return [new URL(request.url).pathname, page.querySelector("h1")?.textContent];
  });
  return Promise.all(all);
};

const signedIn = document.querySelector("form[data-sign-out]");
// Whoever is not signed in any more has no forms here. What a page says that was kept itself is no news.
if (!signedIn && !("kept" in document.documentElement.dataset) && "caches" in window) caches.delete("lianchi forms");

const opened = document.querySelector("[data-offline]") ? forms().catch(() => []) : Promise.resolve([]);
for (const box of document.querySelectorAll("[data-drafts]")) opened.then((opened) => {
  const list = box.querySelector("ul");
  for (const [path, title] of new Map([...opened, ...drafts()])) {
    const link = document.createElement("a");
    link.href = path;
    link.textContent = title || path;
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
  }
  box.hidden = !list.children.length;
});

signedIn?.addEventListener("submit", () => {
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
