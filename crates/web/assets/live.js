// Refreshes the parts of a page that are marked for it when the server says that their matter changed.
// Nothing that holds the focus or an open form is touched: there a line offers to load the page again.
// A page that nobody looks at listens to nothing, since a browser keeps few connections.

let source = document.body.dataset.live;
if (source && "EventSource" in window) {
  let timer;
  let events = null;
  const refresh = async () => {
    if (document.hidden) return;
    // The header says that no person asks: a desk where nobody sits is signed out in time.
    const answer = await fetch(location.href, { headers: { "Lianchi-Refresh": "1" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    source = page.body.dataset.live ?? source;
    for (const old of document.querySelectorAll("[data-refresh]")) {
      const fresh = page.querySelector(`[data-refresh="${old.dataset.refresh}"]`);
      if (!fresh || fresh.innerHTML === old.innerHTML) continue;
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
