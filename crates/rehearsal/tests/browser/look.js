// What is wrong with the page as it stands: [what, where] for each fault. Takes the language that it should be in, words of
// people that may stand in Chinese on any page, and the names of all messages.
const [lang, words, keys] = arguments;
const faults = [];
const tidy = (text) => text.replace(/\s+/g, " ").trim();
if (document.documentElement.lang !== lang) faults.push(["language", document.documentElement.lang]);
const size = performance.getEntriesByType("navigation")[0].decodedBodySize;
if (size > 100_000) faults.push(["size", `${size} bytes`]);
const wide = document.scrollingElement.scrollWidth;
if (wide > innerWidth) {
  const beyond = [...document.querySelectorAll("main *")].filter((node) => node.getBoundingClientRect().right > innerWidth + 1);
  faults.push(["scrolls sideways", `${wide} of ${innerWidth}: ${beyond.at(-1)?.outerHTML.slice(0, 120)}`]);
}
const known = new Set(keys);
const CODE = "code, pre, kbd, .code, .hash, script, style, noscript, textarea, option";
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const at = node.parentElement;
  const text = tidy(node.data);
  if (!text || at.closest(CODE) || !at.checkVisibility()) continue;
  if (text.includes("{$") || text.includes("{ $")) faults.push(["unfilled", text]);
  const tokens = lang === "en" ? [text] : text.split(/[^a-z-]+/);
  for (const token of tokens) if (token.includes("-") && known.has(token)) faults.push(["no words for", token]);
  const rest = words.reduce((rest, word) => rest.replaceAll(word, ""), text);
  if (lang === "en" && /\p{Script=Han}/u.test(rest) && !at.closest("[lang|=zh]")) faults.push(["untranslated", text]);
}
return faults;
