// Saves a form as it is typed, shows what hangs on an answer, sends files with their progress.
// Without a network what was typed is kept on this device alone, until it is sent, handed in, or one signs out.

const later = (wait, act) => {
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(act, wait); };
};

const store = {
  read(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  write(key, draft) { try { localStorage.setItem(key, JSON.stringify(draft)); return true; } catch { return false; } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } },
};

const fieldsOf = (root) => [...root.querySelectorAll("[data-fields] :is(input, select, textarea)")]
  .filter((field) => field.name && field.type !== "file" && field.type !== "hidden");

const read = (root) => {
  const draft = {};
  for (const field of fieldsOf(root)) {
    if (/radio|checkbox/.test(field.type)) {
      draft[field.name] ??= [];
      if (field.checked) draft[field.name].push(field.value);
    } else draft[field.name] = [field.value];
  }
  return draft;
};

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// Puts back what was typed since `base` was last saved, where nothing else was saved meanwhile.
const put = (root, { draft, base = {} }) => {
  const now = read(root);
  for (const field of fieldsOf(root)) {
    const [kept, was, is] = [draft, base, now].map((all) => all[field.name]);
    if (!kept || same(kept, was) || (is?.join("") && !same(is, was))) continue;
    if (/radio|checkbox/.test(field.type)) field.checked = kept.includes(field.value);
    else field.value = kept[0] ?? "";
  }
};

function say(root, what) {
  const line = root.querySelector("[data-saved]");
  if (line) line.textContent = line.dataset[what] ?? "";
}

function fill(form) {
  const part = form.dataset.form;
  const keep = "keep" in form.dataset;
  const key = `draft:${location.pathname}`;
  const blank = `draft:/services/${form.dataset.service}/form`;
  let base = read(form);
  let changed = false;
  let running = null;
  let again = false;
  // Whether the questions are to be drawn anew. What was typed or attached since they were asked for would be lost by that,
  // so that they are then asked for once more.
  let wanted = false;
  // Whether a character is being put together from several keys, as Chinese is: a field that is moved then loses them.
  let composing = false;
  let wait = 2;
  let retry;
  // The questions as the server told them last, with what is wrong at each.
  let latest;
  // Whether this is the form as it was kept when it was opened last: there is no network, and there may be news.
  let copy = "kept" in document.documentElement.dataset;

  // Keeps the form as it is now beside the one that was opened, for times without a network.
  const keepPage = async (headers) => {
    if (!keep || !navigator.serviceWorker?.controller) return;
    const cache = await caches.open("lianchi forms");
    if (!await cache.match(location.pathname)) return;
    const page = document.documentElement.cloneNode(true);
    const [now, then] = [fieldsOf(form), fieldsOf(page)];
    now.forEach((field, place) => {
      const other = then[place];
      if (/radio|checkbox/.test(field.type)) other.toggleAttribute("checked", field.checked);
      else if (field.matches("textarea")) other.textContent = field.value;
      else if (field.matches("select")) for (const [at, option] of [...other.options].entries()) option.toggleAttribute("selected", at === field.selectedIndex);
      else other.setAttribute("value", field.value);
    });
    const told = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": headers.get("Content-Security-Policy") };
    await cache.put(location.pathname, new Response(`<!DOCTYPE html>${page.outerHTML}`, { headers: told }));
  };

  // Keeps what was typed for the newer form, and goes there.
  const elsewhere = () => {
    if (store.write(key, { title: document.querySelector("h1")?.textContent, draft: read(form), base })) changed = false;
    location.reload();
    throw new Error("elsewhere");
  };

  // Before anything is sent from a kept form: whether it is still what stands there. What was typed is put into the newer one.
  const current = async () => {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (!answer.ok && !answer.redirected) throw new Error(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("form[data-form]");
    if (answer.redirected || !fresh || !same(read(fresh), base)) elsewhere();
    for (const name of ["token", "seen"]) {
      const [field, other] = [form, fresh].map((one) => one.querySelector(`[name=${name}]`));
      if (field && other) field.value = other.value;
    }
    copy = false;
    delete document.documentElement.dataset.kept;
    mark();
  };

  // What cannot be done without a network.
  const mark = () => {
    const note = form.querySelector("[data-copy]");
    if (note) note.hidden = !copy;
    for (const field of form.querySelectorAll("input[type=file], [name=remove]")) field.disabled = copy;
  };

  const send = async (redraw) => {
    wanted ||= redraw;
    if (running) { again = true; return running; }
    clearTimeout(retry);
    say(form, "saving");
    const sent = read(form);
    const state = () => JSON.stringify([read(form), form.dataset.uploads]);
    const before = state();
    const post = () => {
      const body = new FormData(form);
      for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
      return fetch(part, { method: "POST", body, headers: { Accept: "text/html" } });
    };
    running = (copy ? current() : Promise.resolve()).then(post).then(async (answer) => {
      // It was changed elsewhere: what was typed here is put over the newer form, as after a time without a network.
      if (answer.status === 409) elsewhere();
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const seen = answer.headers.get("Lianchi-Seen");
      const field = form.querySelector("[name=seen]");
      if (seen && field) field.value = seen;
      const html = await answer.text();
      changed = state() !== before;
      if (wanted && !changed && !composing) { replace(html); wanted = false; }
      if (wanted) soon();
      latest = html;
      tell();
      wait = 2;
      base = sent;
      store.drop(key);
      store.drop(blank);
      say(form, form.querySelector("[data-part] .field.wrong") ? "mend" : "done");
      keepPage(answer.headers).catch(() => {});
    }).catch(() => {
      const kept = keep && store.write(key, { title: document.querySelector("h1")?.textContent, draft: read(form), base });
      say(form, kept ? "kept" : "lost");
      // A device does not always know that it is without a network, so it tries again, ever more seldom.
      wait = Math.min(60, wait * 2);
      retry = setTimeout(() => send(true), wait * 1000);
    }).finally(() => {
      running = null;
      if (again) { again = false; send(false); }
    });
    return running;
  };

  // What cannot be read as an answer is kept as it was typed, and said at its field once one has gone on to another.
  const tell = () => {
    if (!latest || changed || composing) return;
    const fresh = new DOMParser().parseFromString(latest, "text/html");
    const told = (field) => field.querySelector(".error")?.textContent;
    for (const old of form.querySelectorAll("[data-part] .field:not([data-upload])")) {
      const id = old.querySelector(":is(input, select, textarea)[id]")?.id;
      const now = id && fresh.getElementById(id)?.closest(".field");
      if (now && !old.contains(document.activeElement) && told(old) !== told(now)) old.replaceWith(document.adoptNode(now));
    }
  };

  const replace = (html) => {
    const old = form.querySelector("[data-part]");
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-part]");
    if (!old || !fresh) return;
    const typing = document.activeElement;
    const focus = typing?.id;
    document.adoptNode(fresh);
    // A field that is being typed into stays, with its caret and what can be undone in it.
    const anew = focus && old.contains(typing) && fresh.querySelector(`#${CSS.escape(focus)}`);
    if (anew && typing.matches("textarea, input:not([type=radio], [type=checkbox])") && anew.type === typing.type) {
      for (const { name } of [...typing.attributes]) if (!anew.hasAttribute(name)) typing.removeAttribute(name);
      for (const { name, value } of anew.attributes) if (name !== "value") typing.setAttribute(name, value);
      anew.replaceWith(typing);
    }
    // A file that is on its way stays with its box.
    for (const box of old.querySelectorAll("[data-sending]")) {
      fresh.querySelector(`[data-upload="${CSS.escape(box.dataset.upload)}"]`)?.replaceWith(box);
    }
    old.replaceWith(fresh);
    uploads(form);
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  };

  const soon = later(1200, () => send(false));
  form.addEventListener("input", (event) => { if (event.target.type !== "file") { changed = true; soon(); } });
  form.addEventListener("focusout", () => setTimeout(tell));
  form.addEventListener("compositionstart", () => { composing = true; });
  form.addEventListener("compositionend", () => { composing = false; });
  form.addEventListener("change", (event) => {
    if (event.target.type !== "file" && event.target.closest("[data-live]")) send(true);
  });
  form.addEventListener("submit", (event) => {
    // Without a network it would lead to no page, and lose what was typed.
    if (keep && (copy || !navigator.onLine)) { event.preventDefault(); send(false); return; }
    changed = false;
    store.drop(key);
  });
  addEventListener("online", () => send(true));
  addEventListener("pagehide", () => { if (changed && keep) store.write(key, { draft: read(form), base }); });

  say(form, "saves");
  mark();
  if (keep) {
    const kept = store.read(key) ?? store.read(blank);
    if (kept) { put(form, kept); send(true); }
  }
  uploads(form);
}

function uploads(form) {
  for (const box of form.querySelectorAll("[data-upload]:not([data-ready])")) {
    box.dataset.ready = "";
    const input = box.querySelector("input[type=file]");
    input.addEventListener("change", () => { if (input.files.length) upload(form, box, input); });
    if (matchMedia("(pointer: coarse)").matches) {
      const camera = document.createElement("button");
      camera.type = "button";
      camera.textContent = form.querySelector("[data-saved]")?.dataset.camera ?? "";
      camera.addEventListener("click", () => {
        input.setAttribute("capture", "environment");
        input.click();
        setTimeout(() => input.removeAttribute("capture"));
      });
      input.after(camera);
    }
  }
}

// fetch cannot tell how far an upload is; XMLHttpRequest can.
function upload(form, box, input) {
  const bar = document.createElement("progress");
  bar.setAttribute("aria-labelledby", input.labels[0].id ||= `${input.id}-label`);
  bar.max = 1;
  bar.value = 0;
  input.after(bar);
  box.dataset.sending = "";
  const count = () => { form.dataset.uploads = 1 + Number(form.dataset.uploads ?? 0); };
  count();
  const body = new FormData();
  body.set("token", form.querySelector("[name=token]")?.value ?? "");
  for (const file of input.files) body.append("file", file);
  const request = new XMLHttpRequest();
  request.open("POST", box.dataset.upload);
  request.setRequestHeader("Accept", "text/html");
  request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; };
  request.onloadend = () => {
    bar.remove();
    delete box.dataset.sending;
    count();
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const fresh = request.status === 200 && page.querySelector(`#${input.id}`);
    box.querySelector("[data-refused]")?.remove();
    if (!fresh) {
      const why = request.status && page.querySelector("main p")?.textContent;
      if (!why) { say(form, "lost"); return; }
      const told = Object.assign(document.createElement("p"), { className: "error", textContent: why });
      told.dataset.refused = "";
      told.setAttribute("role", "alert");
      input.value = "";
      input.before(told);
      return;
    }
    const seen = request.getResponseHeader("Lianchi-Seen");
    if (seen) form.querySelector("[name=seen]").value = seen;
    // The questions may have been drawn anew while the file was being chosen.
    const now = box.isConnected ? box : form.querySelector(`[data-upload="${CSS.escape(box.dataset.upload)}"]`);
    now?.replaceWith(document.adoptNode(fresh.closest("[data-upload]")));
    uploads(form);
    document.getElementById(input.id)?.focus();
    say(form, "done");
  };
  request.send(body);
}

// A log is large: the form says how far it is, and goes on to the page that answers.
for (const form of document.querySelectorAll("form[data-sends]")) form.addEventListener("submit", (event) => {
  event.preventDefault();
  const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0, ariaLabel: form.querySelector("[type=submit]").textContent });
  form.append(bar);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.upload.onprogress = ({ loaded, total }) => { bar.value = loaded / total; };
  request.onloadend = () => {
    bar.remove();
    if (request.status === 200) { location.assign(request.responseURL); return; }
    const page = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main");
    if (page) document.querySelector("main").replaceWith(page);
  };
  request.send(new FormData(form));
});

const blank = document.querySelector("[data-blank]");
if (blank) {
  const key = `draft:/services/${blank.dataset.blank}/form`;
  const kept = store.read(key);
  if (kept) put(blank, { draft: kept.draft, base: read(blank) });
  const save = () => {
    if (store.write(key, { title: document.querySelector("h1")?.textContent, draft: read(blank) })) say(blank, "kept");
  };
  let typed = false;
  blank.addEventListener("input", () => { typed = true; });
  blank.addEventListener("input", later(400, save));
  addEventListener("pagehide", () => { if (typed) save(); });
}

document.querySelectorAll("form[data-form]").forEach(fill);
document.querySelector("[data-focus]")?.focus();
const sent = document.querySelector("[data-sent]")?.dataset.sent;
if (sent) {
  const path = `/cases/${encodeURIComponent(sent)}/form`;
  store.drop(`draft:${path}`);
  if ("caches" in window) caches.open("lianchi forms").then((cache) => cache.delete(path)).catch(() => {});
}
