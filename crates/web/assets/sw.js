// Keeps the shell and the catalogue of services for times without a network, and the forms that whoever is signed in has
// opened on this device, until they hand them in or sign out. No other page with anyone's data is kept.

const KEPT = "lianchi @asset(lianchi.css) @asset(form.js) @asset(app.js)";
const FIRST = ["/offline", "@asset(lianchi.css)", "@asset(icon.svg)", "@asset(keep.js)", "@asset(materials.js)", "@asset(app.js)",
  "@asset(form.js)", "@asset(live.js)"];
const FORMS = "lianchi forms";
const FILES = "lianchi files";
const FORM = /^\/cases\/[^/]+\/form$/;
const MOST_FORMS = 5;
const PUBLIC = /^\/($|find$|categories\/|services\/[^/]+(\/form)?$|verify$|offline$)/;

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FIRST)));
});

addEventListener("activate", (event) => event.waitUntil(succeed().then(() => clients.claim())));

// What an earlier version kept goes, but for the forms, and the scripts and styles by which these are shown and saved.
async function succeed() {
  const forms = await (await caches.open(FORMS)).keys();
  for (const name of await caches.keys()) {
    if (name === KEPT || name === FORMS) continue;
    if (forms.length === 0) { await caches.delete(name); continue; }
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      if (!new URL(request.url).pathname.startsWith("/assets/")) await cache.delete(request);
    }
  }
}

// A form says itself whether it may be kept: at a screen that others use, none is. One that leads elsewhere is over.
async function keepForm(path, answer) {
  const cache = await caches.open(FORMS);
  if (answer.type === "opaqueredirect" || answer.status === 404) { await cache.delete(path); return; }
  if (!answer.ok || !answer.headers.get("Lianchi-Keep")) return;
  await cache.delete(path);
  await cache.put(path, answer);
  const all = await cache.keys();
  for (const old of all.slice(0, Math.max(0, all.length - MOST_FORMS))) await cache.delete(old);
}

// What was kept, marked as such.
async function kept(request, path) {
  const found = (FORM.test(path) && await (await caches.open(FORMS)).match(path))
    || await caches.match(request) || await caches.match("/offline");
  if (!found) return Response.error();
  const html = (await found.text()).replace("<html ", "<html data-kept ");
  return new Response(html, { headers: found.headers });
}

// Whoever signs out leaves nothing here; the page that does may be gone before its own scripts are done with it.
function leave() {
  const files = new Promise((done) => {
    const gone = indexedDB.deleteDatabase(FILES);
    gone.onsuccess = done;
    gone.onerror = done;
  });
  return Promise.all([files, caches.delete(FORMS)]);
}

async function page(request, path) {
  try {
    const answer = await fetch(request);
    // A page says itself whether it may be kept: one with somebody's name in it answers `no-store`.
    const keep = answer.ok && PUBLIC.test(path) && !/no-store|private/.test(answer.headers.get("Cache-Control") ?? "");
    if (keep) (await caches.open(KEPT)).put(request, answer.clone());
    if (FORM.test(path)) await keepForm(path, answer.clone()).catch(() => {});
    return answer;
  } catch {
    return kept(request, path);
  }
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname === "/sign-out") event.waitUntil(leave());
  if (request.method !== "GET") return;
  if (url.pathname.startsWith("/assets/")) {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  } else if (request.mode === "navigate") {
    event.respondWith(page(request, url.pathname));
  }
});
