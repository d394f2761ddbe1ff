// Keeps the shell and the catalogue of services for times without a network. Pages that hold anyone's data are never kept.

const KEPT = "lianchi @asset(lianchi.css) @asset(form.js) @asset(app.js)";
const FIRST = ["/offline", "@asset(lianchi.css)", "@asset(icon.svg)", "@asset(app.js)", "@asset(form.js)", "@asset(live.js)"];
const PUBLIC = /^\/($|find$|categories\/|services\/[^/]+(\/form)?$|verify$|offline$)/;

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FIRST)));
});

addEventListener("activate", (event) => {
  const old = (name) => name !== KEPT;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
    .then(() => clients.claim()));
});

async function page(request, path) {
  try {
    const answer = await fetch(request);
    // A page says itself whether it may be kept: one with somebody's name in it answers `no-store`.
    const keep = answer.ok && PUBLIC.test(path) && !/no-store|private/.test(answer.headers.get("Cache-Control") ?? "");
    if (keep) (await caches.open(KEPT)).put(request, answer.clone());
    return answer;
  } catch {
    return await caches.match(request) ?? await caches.match("/offline") ?? Response.error();
  }
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/assets/")) {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  } else if (request.mode === "navigate") {
    event.respondWith(page(request, url.pathname));
  }
});
