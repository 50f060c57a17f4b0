// All that the pages do without being loaded anew. Everything works without it, too, by links and forms.
"use strict";
(() => {
  const one = (what, where = document) => where.querySelector(what);
  const all = (what, where = document) => [...where.querySelectorAll(what)];
  const cookie = (name) => (document.cookie.split("; ").find((c) => c.startsWith(name + "=")) || "").slice(name.length + 1);

  // The viewer's zone: the server writes all times in it.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  if (zone && cookie("tz") !== zone) {
    document.cookie = `tz=${zone}; path=/; max-age=31536000; samesite=lax`;
    if (one("time") && cookie("tz") === zone) location.reload();
  }
  one("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  all("[data-middle]").forEach((wide) => { wide.scrollLeft = (wide.scrollWidth - wide.clientWidth) / 2; });
  all("[data-back]").forEach((field) => { field.value = location.pathname + location.search; });

  // Days are written one way in both languages; the browser's own field, which has its language, only picks.
  all("[data-pick]").forEach((button) => {
    const field = document.getElementById(button.dataset.pick), own = one(`[data-picked=${button.dataset.pick}]`);
    if (!own.showPicker) return;
    button.hidden = own.hidden = false;
    button.addEventListener("click", () => { own.value = field.value.trim().slice(0, 16).replace(" ", "T"); own.showPicker(); });
    own.addEventListener("change", () => { if (own.value) field.value = own.value.replace("T", " "); });
  });

  // Who was logged out elsewhere comes back to where they were. Who logs out here does not: that page goes by itself.
  let leaving = false;
  one("form[action='/logout']")?.addEventListener("submit", () => { leaving = true; });
  const out = () => { if (!leaving) location.assign("/login?next=" + encodeURIComponent(location.pathname)); };
  const ask = async (url, part, options = {}) => {
    const answer = await fetch(url, { ...options, headers: { "x-part": part, ...(options.headers || {}) } });
    if (answer.status === 401) { out(); throw new Error("out"); }
    return answer;
  };

  // Charts that renew themselves, and stop when somebody wants to look closely.
  const charts = one("[data-renew]");
  if (charts) {
    let paused = false;
    const line = one("[data-line]");
    let shown;
    const fill = (html) => {
      if (html === shown) return; // what somebody reads or has marked stays as it is
      const folds = all("details[id]", charts).map((d) => [d.id, d.open]);
      const marked = all("input[id]:checked", charts).filter((i) => !i.defaultChecked).map((i) => i.id);
      const at = charts.contains(document.activeElement) ? document.activeElement.id : "";
      charts.innerHTML = shown = html;
      folds.forEach(([id, open]) => { const d = document.getElementById(id); if (d) d.open = open; });
      marked.forEach((id) => { const i = document.getElementById(id); if (i) i.checked = true; });
      if (at) document.getElementById(at)?.focus({ preventScroll: true });
      newest();
    };
    const renew = async () => {
      if (paused || document.hidden) return;
      try {
        const answer = await ask(location.pathname + location.search, "charts");
        if (answer.ok && !paused) fill(await answer.text());
        line.hidden = true;
      } catch { line.textContent = charts.dataset.lost; line.hidden = false; }
    };
    const newest = () => all("[data-newest]", charts).forEach((wide) => { wide.scrollLeft = wide.scrollWidth; });
    newest();
    setInterval(renew, Number(charts.dataset.renew) * 1000);
    one("[data-pause]")?.addEventListener("click", (event) => {
      paused = !paused;
      event.currentTarget.setAttribute("aria-pressed", String(paused));
      if (!paused) renew();
    });
    one("[data-full]")?.addEventListener("click", () => document.fullscreenElement ? document.exitFullscreen() : one("main").requestFullscreen());
  }

  const list = one("[data-list]");
  if (!list) return;
  const card = one("[data-card]"), banner = one("[data-line]"), pop = one("[data-pop]");
  const query = () => new URLSearchParams(location.search);
  let words = one("input[name=q]", list).value; // what somebody looks for stands in no address line
  const look = (path) => ask(path + "?" + query(), "list", { headers: { "x-words": encodeURIComponent(words) } });
  const openId = () => one("[data-id]", card)?.dataset.id || "";
  const caseOf = (li) => (li.dataset.case || "").split(" ");
  const rowOf = (id) => all("[data-rows] li").find((li) => caseOf(li).includes(id));
  // What nobody has chosen stands there until somebody begins to read it.
  let chosen = !("unchosen" in card.dataset);
  ["pointerdown", "wheel", "touchstart", "focusin", "keydown"].forEach((deed) => card.addEventListener(deed, () => { chosen = true; }, { passive: true }));
  const reading = () => chosen && Boolean(one("[data-id]:not([data-done])", card));
  const typing = () => ["INPUT", "TEXTAREA", "SELECT"].includes(document.activeElement?.tagName || "");
  // Somebody is at it, or has begun and looks elsewhere for a moment: what they wrote stays.
  const writing = () => typing() || all("input:not([type=hidden]), textarea", card).some((field) => field.value !== field.defaultValue);
  const popped = new Set();
  let asked = 0;
  let stream, place = one("[data-place]").dataset.place, alarm = false, counted;

  const toggle = one("[data-alarm]");
  if (toggle) {
    alarm = toggle.checked = localStorage.getItem("alarm") === "on";
    toggle.addEventListener("change", async () => {
      alarm = toggle.checked;
      localStorage.setItem("alarm", alarm ? "on" : "off");
      if (alarm && "Notification" in window) await Notification.requestPermission();
    });
  }
  const ring = (title) => {
    if (!alarm) return;
    try {
      const audio = new AudioContext(), tone = audio.createOscillator(), loud = audio.createGain();
      tone.frequency.value = 660; loud.gain.value = 0.08;
      tone.connect(loud).connect(audio.destination); tone.start(); tone.stop(audio.currentTime + 0.18);
    } catch { /* no sound here */ }
    if (document.hidden && "Notification" in window && Notification.permission === "granted") new Notification(title);
  };

  const mark = () => all("[data-rows] a").forEach((a) => {
    if (openId() && caseOf(a.closest("li")).includes(openId())) a.setAttribute("aria-current", "true"); else a.removeAttribute("aria-current");
  });
  // Without a connection nothing changes but the banner; the stream catches up when it is back.
  const lost = () => { banner.textContent = list.dataset.lost; banner.hidden = false; };
  const online = (work) => async (...given) => { try { await work(...given); } catch { lost(); } };
  const show = online(async (path, push = true, itself = false) => {
    const mine = ++asked;
    card.setAttribute("aria-busy", "true"); // a tap is seen at once, however slow the network
    let answer, html;
    try { answer = await ask(path, "card"); html = await answer.text(); }
    finally { if (mine === asked) card.removeAttribute("aria-busy"); }
    if (mine !== asked) return; // they have gone on to another one meanwhile
    card.innerHTML = answer.ok ? html : "";
    if (!answer.ok) { const said = document.createElement("p"); said.className = "notice wrong"; said.textContent = html; card.append(said); }
    document.body.classList.toggle("opened", answer.ok && (push || chosen));
    chosen = !itself && (push || chosen);
    if (push) history.pushState({}, "", path + location.search);
    mark();
  });
  const close = () => { asked += 1; card.removeAttribute("aria-busy"); card.replaceChildren(); document.body.classList.remove("opened"); history.pushState({}, "", "/inbox" + location.search); mark(); };

  const relist = online(async () => {
    const answer = await look("/inbox"); // not by the open card: it may be gone, or not yet be known again
    if (!answer.ok) return;
    const focused = document.activeElement?.name === "q" ? document.activeElement.selectionStart : null;
    list.innerHTML = await answer.text();
    if (focused !== null) { const field = one("input[name=q]", list); field.focus(); field.setSelectionRange(focused, focused); }
    place = one("[data-place]").dataset.place;
    mark();
  });
  const recount = () => { clearTimeout(counted); counted = setTimeout(online(async () => {
    const answer = await look("/inbox");
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    all("[data-count]", fresh).forEach((n) => { const mine = one(`[data-count=${n.dataset.count}]`); if (mine) mine.textContent = n.textContent; });
  }), 400); };

  const fits = (told) => {
    const asked = query(), tab = one("[data-tab]").dataset.tab;
    return told.tab === tab && (!asked.get("team") || told.teams.includes(asked.get("team")))
      && (!asked.get("severity") || told.severities.includes(asked.get("severity")))
      && (!words || (told.html || "").toLowerCase().includes(words.toLowerCase()));
  };
  const put = (told) => {
    const rows = one("[data-rows]"), old = document.getElementById("row-" + (told.row || told.id));
    all("li", rows).filter((li) => li !== old && (told.case || []).some((id) => caseOf(li).includes(id))).forEach((li) => li.remove());
    const stays = old && told.tab && told.tab !== one("[data-tab]").dataset.tab; // taken by somebody: seen, then gone
    const fresh = new DOMParser().parseFromString(told.html || "", "text/html").querySelector("li");
    if (!fresh || !(fits(told) || stays)) { old?.remove(); }
    else if (old && old.dataset.rank === fresh.dataset.rank && old.dataset.due === fresh.dataset.due) { old.replaceWith(fresh); }
    else {
      const rank = Number(fresh.dataset.rank), due = Number(fresh.dataset.due), focused = old?.contains(document.activeElement);
      old?.remove();
      const next = all("li", rows).find((li) => Number(li.dataset.rank) < rank || (Number(li.dataset.rank) === rank && Number(li.dataset.due) > due));
      rows.insertBefore(fresh, next || null);
      fresh.classList.add("new");
      if (focused) one("a", fresh).focus({ preventScroll: true });
    }
    one("[data-none]").hidden = rows.children.length > 0;
    recount(); mark();
  };

  const listen = () => {
    stream?.close();
    stream = new EventSource("/events?since=" + encodeURIComponent(place));
    stream.addEventListener("alert", async (event) => {
      place = event.lastEventId;
      const told = JSON.parse(event.data), known = rowOf(told.id);
      put(told);
      if (told.id === openId() && !writing()) {
        if (one("[data-busy]", card)) { /* what was sent is answered with the card as it is then */ }
        else if (told.tab) await show("/inbox/" + told.id, false);
        else card.replaceChildren(one("[data-gone]").content.cloneNode(true)); // another team has it now
      }
      else if (told.tab === "open" && !known) ring(told.title);
      if (told.pop && told.id !== openId() && !popped.has(told.id)) { // once: who has closed it knows of it
        popped.add(told.id);
        if (told.pop === "bar" || reading() || writing()) { const link = one("[data-pop-link]"); link.textContent = told.title; link.href = "/inbox/" + told.id; pop.hidden = false; }
        else await show("/inbox/" + told.id, true, true);
      }
    });
    stream.addEventListener("reset", async () => { await relist(); listen(); });
    stream.addEventListener("out", () => { stream.close(); out(); });
    stream.addEventListener("line", (event) => {
      const told = JSON.parse(event.data);
      if (!told.text && !banner.hidden) relist();
      banner.textContent = told.text; banner.hidden = !told.text;
    });
    stream.onerror = () => { if (banner.hidden) lost(); };
    stream.onopen = () => { if (banner.textContent === list.dataset.lost) banner.hidden = true; };
  };
  listen();
  setInterval(() => { if (!document.hidden && !typing()) relist(); }, 30000); // deadlines move by themselves
  const wake = () => { const now = Date.now(); if (all("[data-until]").some((li) => Number(li.dataset.until) < now)) relist(); };
  setInterval(wake, 5000);

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.closest("[data-rows]") || link.matches("[data-pop-link], [data-card-link]")) { event.preventDefault(); pop.hidden = true; await show(link.getAttribute("href")); if (link.closest("[data-rows]")) card.focus({ preventScroll: true }); }
    else if (link.matches("[data-close]")) { event.preventDefault(); close(); }
    else if (link.matches("[data-tab-link]")) {
      event.preventDefault();
      const asked = query(); asked.set("tab", link.dataset.tabLink);
      history.replaceState({}, "", location.pathname + "?" + asked); await relist();
    }
  });
  one("[data-pop-close]").addEventListener("click", () => { pop.hidden = true; });
  let slow;
  const filter = (event) => {
    const form = event.target.closest("[data-filter]");
    if (!form) return;
    event.preventDefault?.();
    clearTimeout(slow);
    slow = setTimeout(async () => {
      const asked = new URLSearchParams(new FormData(form));
      words = asked.get("q").trim();
      asked.delete("q"); asked.delete("csrf");
      history.replaceState({}, "", location.pathname + "?" + asked); await relist();
    }, event.type === "input" ? 250 : 0);
  };
  list.addEventListener("input", filter); list.addEventListener("submit", filter);

  const refuse = (text) => {
    const said = one("[data-refused]", card) || document.createElement("p");
    said.className = "notice wrong"; said.dataset.refused = ""; said.setAttribute("role", "alert"); said.textContent = text;
    card.prepend(said);
  };
  card.addEventListener("submit", async (event) => {
    const form = event.target.closest("[data-act]");
    if (!form) return;
    event.preventDefault();
    const fields = new URLSearchParams(new FormData(form));
    if (event.submitter?.name) fields.set(event.submitter.name, event.submitter.value);
    form.dataset.busy = "1";
    all("button", card).forEach((button) => { button.disabled = true; });
    try {
      const answer = await ask(form.getAttribute("action"), "card", { method: "POST", body: fields });
      const html = answer.headers.get("content-type").startsWith("text/html") ? await answer.text() : "";
      if (html) card.innerHTML = html;
      else refuse(await answer.text());
    } catch { lost(); refuse(list.dataset.unsent); }
    all("button", card).forEach((button) => { button.disabled = false; });
    delete form.dataset.busy;
    recount();
  });

  window.addEventListener("popstate", () => {
    const found = location.pathname.match(/^\/inbox\/(.+)$/);
    if (found) show(location.pathname, false); else { card.replaceChildren(); document.body.classList.remove("opened"); mark(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") { if (typing()) document.activeElement.blur(); else if (openId()) close(); return; }
    if (typing()) return;
    const links = all("[data-rows] a"), at = links.findIndex((a) => a.hasAttribute("aria-current"));
    if (event.key === "j" || event.key === "k") {
      const next = links[Math.max(0, Math.min(links.length - 1, at + (event.key === "j" ? 1 : -1)))];
      if (next) { event.preventDefault(); next.scrollIntoView({ block: "nearest" }); show(next.getAttribute("href")); }
    } else if (event.key === "/") { event.preventDefault(); one("input[name=q]").focus(); }
    else {
      const wanted = all("[data-key]", card).find((b) => b.dataset.key === event.key);
      if (!wanted) return;
      event.preventDefault(); wanted.click();
      if (wanted.tagName === "SUMMARY") one("input:not([type=hidden]), textarea, select, button", wanted.parentElement)?.focus();
    }
  });
})();
