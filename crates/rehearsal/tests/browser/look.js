// What is wrong with the page as it stands: [what, where] for each fault. Takes the language that it should be in, words of
// people that may stand in Chinese on any page, and the names of all messages. With a category, what is wrong with the pages
// of each of its services.
const [lang, words, keys, category] = arguments;
const faults = [];
const tidy = (text) => text.replace(/\s+/g, " ").trim();
const known = new Set(keys);
const CODE = "code, pre, kbd, .code, .hash, script, style, noscript, textarea";

// What holds of any document, laid out or not.
function read(page, size) {
  if (page.documentElement.lang !== lang) faults.push(["language", page.documentElement.lang]);
  if (size > 100_000) faults.push(["size", `${size} bytes`]);
  const walker = document.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.parentElement;
    const text = tidy(node.data);
    if (!text || at.closest(CODE) || (page === document && !at.checkVisibility())) continue;
    if (text.includes("{$") || text.includes("{ $")) faults.push(["unfilled", text]);
    const tokens = lang === "en" ? [text] : text.split(/[^a-z-]+/);
    for (const token of tokens) if (token.includes("-") && known.has(token)) faults.push(["no words for", token]);
    const rest = words.reduce((rest, word) => rest.replaceAll(word, ""), text.replace(/[\p{Script=Han}、]+（演示）/gu, ""));
    if (lang === "en" && /\p{Script=Han}/u.test(rest) && !at.closest("[lang|=zh]")) faults.push(["untranslated", text]);
  }
}

async function services() {
  const parse = (text) => new DOMParser().parseFromString(text, "text/html");
  const text = (path) => fetch(path).then((answer) => answer.text());
  const list = parse(await text(`/categories/${category}`));
  const paths = [...list.querySelectorAll(".found h2 a")].map((link) => link.getAttribute("href"));
  if (!paths.length) faults.push(["no services", category]);
  for (const path of paths.flatMap((path) => [path, `${path}/form`])) {
    const before = faults.length;
    const html = await text(path);
    read(parse(html), new Blob([html]).size);
    for (const fault of faults.slice(before)) fault[1] = `${path}: ${fault[1]}`;
  }
  return faults;
}

if (category) return services();
read(document, performance.getEntriesByType("navigation")[0].decodedBodySize);
const wide = document.scrollingElement.scrollWidth;
if (wide > innerWidth) {
  const beyond = [...document.querySelectorAll("main *")].filter((node) => node.getBoundingClientRect().right > innerWidth + 1);
  faults.push(["scrolls sideways", `${wide} of ${innerWidth}: ${beyond.at(-1)?.outerHTML.slice(0, 120)}`]);
}
return faults;
