// What scripts add: keys that lead to pages ("/" to the search field), unless somebody switched them off,
// and a page with live parts renews them every ten seconds until somebody pauses it. Everything works
// without this file.
(() => {
  "use strict";
  const SECONDS = 10;
  const PAGES = { t: "/", e: "/failed-orders", p: "/payments", c: "/applications", o: "/orders", a: "/requests" };
  const hasKeys = !/(?:^|; )cei-keys=off(?:;|$)/.test(document.cookie);
  // "g" and a letter soon after it.
  let before = { key: "", at: 0 };
  const pathOf = (key) => (before.key === "g" && Date.now() - before.at < 1500 ? PAGES[key] : key === "?" ? "/help" : undefined);
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input,textarea,select,[contenteditable]");
    if (!hasKeys || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const field = document.getElementById("q");
    // Only where the page has a link to it may the visitor go there.
    const link = [...document.querySelectorAll("a[href]")].find((one) => one.getAttribute("href") === pathOf(event.key));
    before = { key: event.key, at: Date.now() };
    if (event.key === "/" && field) {
      event.preventDefault();
      field.focus();
    } else if (link) {
      event.preventDefault();
      link.click();
    }
  });

  const pause = document.getElementById("pause");
  if (!pause) return;
  const paused = () => pause.getAttribute("aria-pressed") === "true";
  const set = (value) => {
    pause.setAttribute("aria-pressed", String(value));
    try { sessionStorage.setItem("paused", String(value)); } catch { /* nothing is remembered then */ }
  };
  set((() => { try { return sessionStorage.getItem("paused") === "true"; } catch { return false; } })());
  pause.hidden = false;
  pause.addEventListener("click", () => set(!paused()));

  // What somebody is using stays as it is: a part with the focus in it, with an open table, or with ticks.
  const isInUse = (part) => part.contains(document.activeElement) || part.querySelector("details[open],input:checked");
  const renew = async () => {
    if (paused() || document.hidden) return;
    let answer;
    try {
      answer = await fetch(location.href, { headers: { "cei-refresh": "1" }, redirect: "manual" });
    } catch { return; }
    if (answer.type === "opaqueredirect" || answer.status === 401) return location.reload();
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const next = fresh.getElementById(part.id);
      if (next && !isInUse(part) && next.innerHTML !== part.innerHTML) part.replaceWith(document.adoptNode(next));
    }
  };
  setInterval(renew, SECONDS * 1000);
})();
