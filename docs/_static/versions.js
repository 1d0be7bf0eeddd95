// The choice of a version: docs/building/version_switch.py says when there is one.
(async () => {
  const root = new URL(document.documentElement.dataset.content_root ?? "./", location.href);
  const list = new URL(document.currentScript.dataset.versions, root);
  const page = location.href.slice(root.href.length).replace(/[?#].*$/, "");
  let versions;
  try {
    const answer = await fetch(list);
    if (!answer.ok) return;
    versions = await answer.json();
  } catch {
    return; // opened as a file, or alone
  }
  const select = document.createElement("select");
  const label = document.createElement("label");
  label.className = "versions";
  label.append("Version ", select);
  for (const { version, url } of versions) {
    const option = document.createElement("option");
    option.textContent = version;
    option.value = new URL(url, list).href;
    option.selected = root.href === option.value;
    select.append(option);
  }
  select.addEventListener("change", async () => {
    const same = select.value + page;
    const answer = await fetch(same, { method: "HEAD" }).catch(() => null);
    location.href = answer?.ok ? same : select.value;
  });
  document.querySelector(".sidebar-brand")?.after(label);
})();
