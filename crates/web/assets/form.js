// Saves a form as it is typed, and shows what hangs on an answer.

import { done, files, store } from "@asset(keep.js)";
import { Materials } from "@asset(materials.js)";

const later = (wait, act) => {
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(act, wait); };
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
    if (!kept || same(kept, was) || (is && !same(is, was) && (was || is.join("")))) continue;
    if (/radio|checkbox/.test(field.type)) field.checked = kept.includes(field.value);
    else field.value = kept[0] ?? "";
  }
};

const postOf = (token) => token?.value.replace(/^[^.]*/, "");
const lineOf = (root) => root.querySelector("[data-saved]");
const listed = (names) => new Intl.ListFormat(document.documentElement.lang).format(names);
const heading = () => document.querySelector("h1")?.textContent;

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
  // How far what was typed is.
  let how = "saves";

  // Nothing is called saved while a file is on its way, or waits for it.
  const say = (what) => {
    how = what;
    const words = lineOf(form).dataset;
    const calm = /saves|done|mend/.test(how);
    const names = materials.waiting.map(({ name }) => name);
    const on = materials.waiting.every(({ id }) => id) ? words.waits : words.waitsHere;
    const waits = names.length && on.replace("{names}", () => listed(names));
    const typed = calm && (materials.going || (how !== "saves" && !materials.loaded)) ? words.saving : calm && waits ? "" : words[how];
    lineOf(form).textContent = [typed, waits].filter(Boolean).join(" ");
    if (how === "out") lineOf(form).append(" ", Object.assign(document.createElement("a"), { href: words.to, textContent: words.signIn }));
  };
  const away = () => keep && (copy || !navigator.onLine);
  // Not every device knows that it is without a network: it tries again, ever more seldom.
  const tryAgain = () => {
    clearTimeout(retry);
    wait = Math.min(60, wait * 2);
    retry = setTimeout(() => send(true), wait * 1000);
  };
  const told = (arrived) => {
    say(arrived && how === "saves" ? "done" : how);
    if (arrived) keepPage().catch(() => {});
  };
  const materials = new Materials(form, { keep, away, told, current, again: tryAgain });

  // Keeps the form as it is now beside the one that was opened, for times without a network.
  const keepPage = async () => {
    if (!keep || !navigator.serviceWorker?.controller) return;
    const cache = await caches.open("lianchi forms");
    const opened = await cache.match(location.pathname);
    if (!opened) return;
    const page = document.documentElement.cloneNode(true);
    for (const element of page.querySelectorAll("[data-here]")) element.remove();
    for (const box of page.querySelectorAll("[data-ready]")) delete box.dataset.ready;
    const [now, then] = [fieldsOf(form), fieldsOf(page)];
    now.forEach((field, place) => {
      const other = then[place];
      if (/radio|checkbox/.test(field.type)) other.toggleAttribute("checked", field.checked);
      else if (field.matches("textarea")) other.textContent = field.value;
      else if (field.matches("select")) for (const [at, option] of [...other.options].entries()) option.toggleAttribute("selected", at === field.selectedIndex);
      else other.setAttribute("value", field.value);
    });
    await cache.put(location.pathname, new Response(`<!DOCTYPE html>${page.outerHTML}`, { headers: opened.headers }));
  };

  const write = (more) => store.write(key, { title: heading(), draft: read(form), base, ...more });

  // Keeps what was typed for the newer form, and goes there.
  const elsewhere = () => {
    if (keep && write()) changed = false;
    location.reload();
    throw new Error("elsewhere");
  };

  // Before a kept form sends anything: is it still what stands there? What was typed is put into the newer one.
  async function current() {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (!answer.ok && !answer.redirected) throw new Error(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("form[data-form]");
    if (new URL(answer.url).pathname === "/sign-in") throw new Error("out");
    if (answer.redirected || !fresh || !same(read(fresh), base)) elsewhere();
    for (const name of ["token", "seen"]) {
      const [field, other] = [form, fresh].map((one) => one.querySelector(`[name=${name}]`));
      if (postOf(field) !== postOf(other)) throw new Error(403);
      if (field && other) field.value = other.value;
    }
    copy = false;
    delete document.documentElement.dataset.kept;
    mark();
  }

  // Not without a network.
  const mark = () => {
    const note = form.querySelector("[data-copy]");
    if (note) note.hidden = !copy;
    for (const button of form.querySelectorAll("[name=remove]")) button.disabled = copy;
  };

  const send = async (redraw) => {
    wanted ||= redraw;
    if (running) { again = true; return running; }
    clearTimeout(retry);
    // Whoever is signed out is told so until they are signed in again.
    if (how !== "out") say("saving");
    const sent = read(form);
    const state = () => JSON.stringify([read(form), form.dataset.uploads]);
    const before = state();
    const post = () => {
      const body = new FormData(form);
      for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
      return fetch(part, { method: "POST", body, headers: { Accept: "text/html" } });
    };
    const ready = copy ? current() : Promise.resolve();
    // One has signed in anew since this page was opened.
    running = ready.then(post).then((answer) => (answer.status === 400 ? current().then(post) : answer)).then(async (answer) => {
      // It was changed elsewhere: what was typed here is put over the newer form.
      if (answer.status === 409) elsewhere();
      if (answer.redirected) throw new Error("out");
      if (!answer.ok) throw new Error(answer.status);
      const seen = answer.headers.get("Lianchi-Seen");
      const field = form.querySelector("[name=seen]");
      if (seen && field) field.value = seen;
      const html = await answer.text();
      changed = state() !== before;
      if (wanted && !changed && !composing) { replace(html); wanted = false; }
      if (wanted) soon();
      latest = html;
      tell();
      base = sent;
      store.drop(key);
      store.drop(blank);
      say(form.querySelector("[data-part] .field.wrong") ? "mend" : "done");
      keepPage().catch(() => {});
      materials.send().then(() => { if (materials.waiting.length) tryAgain(); else wait = 2; });
    }).catch(({ message }) => {
      const kept = keep && write();
      if (message === "out") how === "out" || say(kept ? message : "outLost");
      else say(kept ? "kept" : "lost");
      tryAgain();
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
    // A file that is on its way stays with its box, and so does one that was refused.
    for (const box of old.querySelectorAll("[data-upload]")) {
      const stays = "sending" in box.dataset || box.querySelector("[data-refused]");
      if (stays) fresh.querySelector(`[data-upload="${CSS.escape(box.dataset.upload)}"]`)?.replaceWith(box);
    }
    old.replaceWith(fresh);
    materials.ready();
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  };

  // All that was typed and attached until now.
  const all = async () => {
    send(false);
    while (running) await running;
    await materials.send();
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
    // Without a network it would lead to no page, and lose what was typed. A file that waits goes first.
    if (away() || materials.waiting.length) {
      event.preventDefault();
      const { submitter } = event;
      all().then(() => {
        const sent = !away() && !materials.waiting.length && /done|mend/.test(how);
        // What was pressed may have been drawn anew meanwhile.
        const alike = () => [...form.elements].find(({ name, value, type }) => type === "submit" && name === submitter.name && value === submitter.value);
        const button = submitter?.isConnected === false ? alike() : submitter;
        if (sent && (button || !submitter)) form.requestSubmit(button);
      });
      return;
    }
    changed = false;
    // It stays here until the page that follows shows that it has arrived.
    if (!keep || same(read(form), base)) store.drop(key);
    else write({ handed: true });
  });
  addEventListener("online", () => send(true));
  addEventListener("pagehide", () => { if (changed && keep) write(); });

  say("saves");
  mark();
  const kept = keep && (store.read(key) ?? store.read(blank));
  if (kept) { put(form, kept); send(true); }
  materials.load().then((any) => any && send(true));
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
    if (store.write(key, { title: heading(), draft: read(blank) })) lineOf(blank).textContent = lineOf(blank).dataset.kept;
  };
  let typed = false;
  blank.addEventListener("input", () => { typed = true; });
  blank.addEventListener("input", later(400, save));
  addEventListener("pagehide", () => { if (typed) save(); });
}

document.querySelectorAll("form[data-form]").forEach(fill);
// A file that waits goes before anything is handed in; its form says so, and sends it.
const check = document.querySelector("[data-check]")?.dataset.check;
if (document.referrer.endsWith(check) && store.read(`draft:${check}`)?.handed) store.drop(`draft:${check}`);
if (check) files.all().then((all) => { if (all.some(({ path }) => path === check)) location.replace(check); });
document.querySelector("[data-focus]")?.focus();
// Handed in from elsewhere, without what still waits.
const sent = document.querySelector("[data-sent]");
if (sent) files.all().then((all) => {
  const own = `/cases/${encodeURIComponent(sent.dataset.sent)}/form`;
  const left = all.filter(({ path }) => path === own).map(({ name }) => name);
  const textContent = sent.dataset.unsent?.replace("{names}", () => listed(left));
  if (left.length) sent.after(Object.assign(document.createElement("p"), { className: "callout soon", role: "alert", textContent }));
  done(own);
});
