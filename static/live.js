// What scripts add: "/" goes to the search field, and a page with live parts renews them every ten
// seconds until somebody pauses it. Everything works without this file.
(() => {
  "use strict";
  const SECONDS = 10;
  const field = document.getElementById("q");
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input,textarea,select,[contenteditable]");
    if (event.key === "/" && field && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      field.focus();
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

  // What somebody is using stays as it is: a part with the focus in it, or with an open table.
  const isInUse = (part) => part.contains(document.activeElement) || part.querySelector("details[open]");
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
