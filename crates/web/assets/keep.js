// What waits on this device for a network: what was typed, and files. When it goes, `What waits on a device` says.

const FILES = "lianchi files";
const page = document.documentElement.dataset;

// Who is signed in, as the page says.
export const whose = document.querySelector("form[data-sign-out]")?.dataset.who;

// Somebody has signed out, or others use this screen: what is on its way here by then is not kept.
let over = false;

export const store = {
  read(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  write(key, draft) { if (over) return false; try { localStorage.setItem(key, JSON.stringify({ ...draft, whose })); return true; } catch { return false; } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } },
  // Where each draft belongs, with the draft.
  all() {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith("draft:"));
      return keys.map((key) => [key.slice(6), this.read(key) ?? {}]);
    } catch { return []; }
  },
};

// Opened for each act, so that no open page holds it up. A browser that does not answer keeps nothing.
const opened = () => new Promise((done, fail) => {
  const request = indexedDB.open(FILES, 1);
  setTimeout(fail, 2000, new Error("no answer"));
  request.onupgradeneeded = () => request.result.createObjectStore("files", { keyPath: "id", autoIncrement: true });
  request.onsuccess = () => {
    request.result.onversionchange = () => request.result.close();
    done(request.result);
  };
  request.onerror = request.onblocked = fail;
});

const act = async (mode, what) => {
  const base = await opened();
  try {
    return await new Promise((done, fail) => {
      const all = base.transaction("files", mode);
      const asked = what(all.objectStore("files"));
      all.oncomplete = () => done(asked.result);
      all.onabort = () => fail(all.error);
    });
  } finally { base.close(); }
};

const every = () => act("readonly", (all) => all.getAll()).catch(() => []);

export const files = {
  // In the order in which they were attached, and nobody else's; none where this browser keeps nothing.
  async all() { return (await every()).filter((file) => !whose || !file.whose || file.whose === whose); },
  // Gives it a number. Fails where there is no room, or the browser keeps nothing.
  add: (file) => (over ? Promise.reject(new Error("over")) : act("readwrite", (all) => all.add(file))),
  drop: (id) => act("readwrite", (all) => all.delete(id)).catch(() => {}),
  async leave(gone) { for (const file of await every()) if (gone(file)) await this.drop(file.id); },
};

export function forget() {
  over = true;
  for (const [path] of store.all()) store.drop(`draft:${path}`);
  if ("indexedDB" in window) indexedDB.deleteDatabase(FILES);
  if ("caches" in window) caches.delete("lianchi forms");
}

// Nothing is left of it once it was handed in.
export function done(path) {
  store.drop(`draft:${path}`);
  files.leave((file) => file.path === path);
  if ("caches" in window) caches.open("lianchi forms").then((cache) => cache.delete(path)).catch(() => {});
}

// What a page says that was kept itself is no news.
if (page.face === "kiosk") forget();
else if (whose && !("kept" in page)) {
  const another = (kept) => kept.whose && kept.whose !== whose;
  for (const [path, draft] of store.all()) if (another(draft)) store.drop(`draft:${path}`);
  files.leave(another);
}
