// The files of a form, each sent by itself. What does not arrive waits, on this device or else on this page.

import { files, whose } from "@asset(keep.js)";

const made = (name, properties, ...inside) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...inside);
  return element;
};

// What scripts put into a page is not kept with it.
const here = (element, mark = "here") => { element.dataset[mark] = ""; return element; };

const size = (bytes) => (bytes < 1e3 ? `${bytes} B` : bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${Math.floor(bytes / 1e5) / 10} MB`);

const inputOf = (box) => box?.querySelector("input[type=file]");

// fetch cannot tell how far an upload is; XMLHttpRequest can.
const post = (to, token, chosen, progress) => new Promise((done) => {
  const body = new FormData();
  body.set("token", token);
  for (const file of chosen) body.append("file", file, file.name);
  const request = new XMLHttpRequest();
  request.open("POST", to);
  request.setRequestHeader("Accept", "text/html");
  request.upload.onprogress = ({ lengthComputable, loaded, total }) => { if (lengthComputable) progress(loaded / total); };
  request.onloadend = () => done(request);
  request.send(body);
});

// Whether another try may do: the server was not reached or is hindered, or one has to sign in again first.
const later = ({ status, responseURL }, to) => !status || status >= 500 || [401, 403, 408, 429].includes(status)
  || new URL(responseURL).pathname !== new URL(to, location.href).pathname;

export class Materials {
  #form;
  #words;
  #hooks;
  #sending;
  going = 0;
  loaded = false;
  waiting = [];

  // `away` says whether there is no network; `told` is called when something waits or goes, with `true` when it has arrived;
  // `again` when it is to be tried again.
  constructor(form, hooks) {
    this.#form = form;
    this.#hooks = hooks;
    this.#words = form.querySelector("[data-saved]").dataset;
    this.ready();
  }

  // Brings what was kept here of this form before; says whether there is any.
  async load() {
    const kept = this.#hooks.keep ? await files.all() : [];
    const mine = kept.filter((file) => file.path === location.pathname && file.whose === whose);
    this.waiting.unshift(...mine);
    this.loaded = true;
    this.#changed();
    return mine.length > 0;
  }

  // Has each new box take files.
  ready() {
    for (const box of this.#form.querySelectorAll("[data-upload]:not([data-ready])")) {
      const input = inputOf(here(box, "ready"));
      input.addEventListener("change", () => { if (input.files.length) this.#chose(box.dataset.upload, input); });
      if (!matchMedia("(pointer: coarse)").matches) continue;
      const camera = here(made("button", { type: "button", textContent: this.#words.camera }));
      camera.addEventListener("click", () => {
        input.setAttribute("capture", "environment");
        input.click();
        setTimeout(() => input.removeAttribute("capture"));
      });
      input.after(camera);
    }
    this.#draw();
  }

  // Sends what waits, one after another, as long as each arrives.
  send() {
    const all = async () => {
      for (const file of [...this.waiting]) {
        if (!this.waiting.includes(file)) continue;
        if (!await this.#go(file.upload, [file.file])) break;
        await this.#drop(file);
      }
    };
    return this.#sending ??= all().finally(() => { this.#sending = null; this.#hooks.told(); });
  }

  #box(upload) { return this.#form.querySelector(`[data-upload="${CSS.escape(upload)}"]`); }

  async #chose(upload, input) {
    const chosen = [...input.files];
    for (const note of this.#box(upload).querySelectorAll("[data-refused]")) note.remove();
    // What waits goes first, so that files stand in the order in which they were attached.
    if (!this.#hooks.away() && !this.waiting.length && await this.#go(upload, chosen)) return;
    input.value = "";
    await this.#wait(upload, chosen);
    this.#hooks.again();
  }

  async #wait(upload, chosen) {
    const title = document.querySelector("h1")?.textContent;
    const fits = chosen.filter((file) => file.size <= Number(this.#words.most) || this.#refuse(upload, "large", file));
    const all = fits.map((file) => ({ path: location.pathname, title, upload, name: file.name, size: file.size, whose, file }));
    this.waiting.push(...all);
    this.#changed();
    for (const kept of all) await this.#keep(kept);
  }

  // Its bytes are read at once: a picture just taken may be gone by the time there is a network.
  async #keep(kept) {
    const bytes = await kept.file.arrayBuffer().catch(() => null);
    if (!bytes) { this.#refuse(kept.upload, "cutOff", kept); await this.#drop(kept); return; }
    kept.file = new File([bytes], kept.name, { type: kept.file.type });
    // Where there is no room for it, it waits on this page.
    const id = this.#hooks.keep && await files.add({ ...kept }).catch(() => null);
    if (id) kept.id = id;
    else kept.held = true;
    // It may have been taken back, or sent, meanwhile.
    if (id && !this.waiting.includes(kept)) await files.drop(id);
    this.#changed();
  }

  #changed() {
    this.#draw();
    this.#hooks.told();
  }

  // Sends files to their box; says whether the server dealt with them.
  async #go(upload, chosen) {
    const box = this.#box(upload);
    const input = inputOf(box);
    const bar = here(made("progress", { max: 1, value: 0 }));
    if (input) {
      bar.setAttribute("aria-labelledby", input.labels[0].id ||= `${input.id}-label`);
      input.after(bar);
      here(box, "sending");
    }
    this.#count(1);
    const send = () => post(upload, this.#form.querySelector("[name=token]").value, chosen, (part) => { bar.value = part; });
    let request = await send();
    // Signed in anew?
    const stuck = request.status === 400 && await this.#hooks.current().then(async () => { request = await send(); }, () => true);
    bar.remove();
    if (box) delete box.dataset.sending;
    this.#count(-1);
    if (stuck || later(request, upload)) return false;
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    if (request.status === 200) this.#arrived(upload, page, request.getResponseHeader("Lianchi-Seen"));
    else {
      if (input) input.value = "";
      this.#say(upload, page.querySelector("main p")?.textContent ?? this.#words.lost);
    }
    return true;
  }

  #count(by) {
    this.going += by;
    this.#form.dataset.uploads = 1 + Number(this.#form.dataset.uploads ?? 0);
    this.#hooks.told();
  }

  #arrived(upload, page, seen) {
    if (seen) this.#form.querySelector("[name=seen]").value = seen;
    // The questions may have been drawn anew while the file was on its way.
    const box = this.#box(upload);
    const fresh = page.querySelector(`[data-upload="${CSS.escape(upload)}"]`);
    if (box && fresh) {
      const focused = box.contains(document.activeElement);
      inputOf(document.adoptNode(fresh)).before(...box.querySelectorAll("[data-refused]"));
      box.replaceWith(fresh);
      this.ready();
      if (focused) inputOf(fresh).focus();
    }
    this.#hooks.told(true);
  }

  // Says why a file is not taken; the words are the server's, with braces to be filled in.
  #refuse(upload, why, file) {
    // Rounded up, so that it is seen to be more.
    const facts = { name: file.name, size: size(file.size + 99_999) };
    this.#say(upload, this.#words[why].replace(/\{(name|size)\}/g, (_, what) => facts[what]));
  }

  #say(upload, why) {
    const note = here(here(made("p", { className: "error", textContent: why })), "refused");
    note.setAttribute("role", "alert");
    (inputOf(this.#box(upload)) ?? this.#form.querySelector("[data-saved]")).before(note);
  }

  async #drop(file) {
    this.waiting = this.waiting.filter((other) => other !== file);
    if (file.id) await files.drop(file.id);
    this.#changed();
  }

  // Says at each box what of it waits.
  #draw() {
    for (const box of this.#form.querySelectorAll("[data-upload]")) {
      box.querySelector("ul[data-here]")?.remove();
      const waiting = this.waiting.filter((file) => file.upload === box.dataset.upload);
      const list = here(made("ul", { className: "files" }, ...waiting.map((file) => this.#line(file))));
      if (waiting.length) inputOf(box).before(list);
    }
  }

  #line(file) {
    const words = this.#words;
    const name = made("span", { className: "unseen", textContent: ` ${file.name}` });
    const remove = made("button", { type: "button", className: "quiet" }, words.remove, name);
    remove.addEventListener("click", () => this.#drop(file));
    const state = `${size(file.size)} · ${file.held ? words.held : words.waiting}`;
    return made("li", {}, file.name, " ", made("span", { className: "soft", textContent: state }), remove);
  }
}
