// Refreshes the parts of a page that are marked for it when the server says that their matter changed.
// Nothing that holds the focus or an open form is touched: there a line offers to load the page again.
// A page that nobody looks at listens to nothing, since a browser keeps few connections.

let source = document.body.dataset.live;
if (source || document.querySelector("[data-again]")) {
  const busy = (part) => [...part.querySelectorAll("form :is(input:not([type=hidden]), select, textarea)")]
    .some((field) => field === document.activeElement || field.value !== (field.defaultValue ?? field.value)
      || (field.defaultChecked ?? false) !== (field.checked ?? false));
  const refresh = async () => {
    if (document.hidden) return;
    // The header says that no person asks: a desk where nobody sits is signed out in time.
    const headers = { "Lianchi-Refresh": "1" };
    const answer = await fetch(document.body.dataset.page, { headers }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    source = page.body.dataset.live ?? source;
    for (const old of document.querySelectorAll("[data-refresh]")) {
      const fresh = page.querySelector(`[data-refresh="${old.dataset.refresh}"]`);
      if (!fresh || fresh.innerHTML === old.innerHTML || busy(old)) continue;
      const focus = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      const open = [...old.querySelectorAll("details")].map((details) => details.open);
      old.replaceWith(document.adoptNode(fresh));
      fresh.querySelectorAll("details").forEach((details, place) => { details.open = open[place] ?? details.open; });
      if (focus) fresh.querySelector(`a[href="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
    }
    const seen = (root) => root.querySelector("[name=seen]")?.value;
    const changed = document.querySelector("[data-changed]");
    if (changed && seen(page) !== seen(document)) changed.hidden = false;
  };
  // What is under way without the record growing is asked after until it is done.
  const again = () => document.querySelector("[data-again]") && setTimeout(() => refresh().then(again), 1500);
  again();
  if (source && "EventSource" in window) {
    let timer;
    let events = null;
    const listen = () => {
      if (events || document.hidden) return;
      events = new EventSource(source);
      events.onmessage = () => { clearTimeout(timer); timer = setTimeout(refresh, 300); };
    };
    const rest = () => { events?.close(); events = null; };
    document.addEventListener("visibilitychange", () => { if (document.hidden) rest(); else listen(); });
    addEventListener("pagehide", rest);
    addEventListener("pageshow", listen);
    listen();
  }
}
