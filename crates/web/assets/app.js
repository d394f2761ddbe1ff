// Makes the site installable, and shows which drafts lie on this device.

import { files, forget, store } from "@asset(keep.js)";

if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});

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

// What lies here, by where it belongs: its heading, and the files that wait for a network.
const drafts = async (opened) => {
  const all = new Map((opened ? await forms().catch(() => []) : []).map(([path, title]) => [path, { title, names: [] }]));
  for (const [path, { title }] of store.all()) all.set(path, { title: title ?? all.get(path)?.title, names: [] });
  for (const { path, title, name } of await files.all()) {
    if (!all.has(path)) all.set(path, { title, names: [] });
    all.get(path).names.push(name);
  }
  return all;
};

for (const box of document.querySelectorAll("[data-drafts]")) drafts(document.querySelector("[data-offline]")).then((all) => {
  const list = box.querySelector("ul");
  for (const [path, { title, names }] of all) {
    const link = document.createElement("a");
    link.href = path;
    link.textContent = title || path;
    const item = document.createElement("li");
    item.append(link);
    if (names.length) item.append(` ${box.dataset.waits.replace("{names}", () => names.join(", "))}`);
    list.append(item);
  }
  box.hidden = !list.children.length;
});

signedIn?.addEventListener("submit", forget);

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
