// Progressive enhancement alone: every page works without it.
"use strict";

const later = (wait, act) => { let timer; return (...given) => { clearTimeout(timer); timer = setTimeout(() => act(...given), wait); }; };

// Filters of a table: the same address is asked again while one types, and its results take the place of the old ones.
for (const form of document.querySelectorAll("form[data-live]")) {
  let running;
  const ask = async () => {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    const address = `${form.getAttribute("action")}?${query}`;
    const old = document.getElementById(form.dataset.live);
    running?.abort();
    running = new AbortController();
    old.classList.add("busy");
    try {
      const answer = await fetch(address, { signal: running.signal });
      if (!answer.ok) { form.submit(); return; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      old.replaceWith(page.getElementById(form.dataset.live));
      history.replaceState(null, "", address);
    } catch (fault) {
      if (fault.name !== "AbortError") form.submit();
    }
  };
  const soon = later(250, ask);
  form.addEventListener("input", (event) => { if (event.target.name !== "meaning") soon(); });
}

// What-if: an answer while the slider moves.
for (const form of document.querySelectorAll("form[data-what-if]")) {
  const place = document.getElementById(form.dataset.whatIf);
  let running;
  const show = () => { for (const slider of form.querySelectorAll("input[type=range]")) slider.closest(".slider").querySelector("output").value = slider.value; };
  const ask = async () => {
    running?.abort();
    running = new AbortController();
    place.setAttribute("aria-busy", "true");
    place.classList.add("busy");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "X-Fragment": "1" }, signal: running.signal });
      place.innerHTML = await answer.text();
    } catch (fault) {
      if (fault.name === "AbortError") return;
      throw fault;
    }
    place.classList.remove("busy");
    place.removeAttribute("aria-busy");
  };
  const soon = later(180, ask);
  form.addEventListener("input", () => { show(); soon(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    for (const slider of form.querySelectorAll("input[type=range]")) slider.value = slider.dataset.start;
    show();
    soon();
  });
}

// A running job: events as they come, else asking every two seconds. The end leads to the result.
for (const card of document.querySelectorAll("[data-job]")) {
  const bar = card.querySelector("progress"), step = card.querySelector("[data-step]"), lost = card.querySelector("[data-lost]");
  const words = JSON.parse(card.dataset.words), address = `/v1/jobs/${card.dataset.job}`;
  const tell = (job) => {
    lost.hidden = true;
    const now = job.step ? words[`step_${job.step}`] ?? job.step : "";
    step.textContent = [words[`state_${job.state}`], now].filter(Boolean).join(" · ");
    if (job.of) { bar.max = job.of; bar.value = job.done; } else bar.removeAttribute("value");
    const ended = !["queued", "running"].includes(job.state);
    if (ended) location.assign(job.state === "done" && card.dataset.result || card.dataset.done);
    return ended;
  };
  const poll = async () => {
    try {
      const answer = await fetch(address);
      if (answer.ok && tell(await answer.json())) return;
      lost.hidden = answer.ok;
    } catch { lost.hidden = false; }
    setTimeout(poll, 2000);
  };
  const events = new EventSource(`${address}/events`);
  events.addEventListener("job", (event) => { if (tell(JSON.parse(event.data))) events.close(); });
  events.onerror = () => { events.close(); poll(); };
}

// Print: everything that can be opened is.
document.querySelector("[data-print]")?.addEventListener("click", () => print());
let closed = [];
addEventListener("beforeprint", () => { closed = [...document.querySelectorAll("details:not([open])")]; for (const one of closed) one.open = true; });
addEventListener("afterprint", () => { for (const one of closed) one.open = false; });
