// What a page opened as a file says: a browser loads no module and no data there, so that only a script as this one runs.
if (location.protocol === "file:")
  document.getElementById("status").textContent =
    "A browser does not load the parts of a page that is opened as a file: use nuatom explore, or any file server, such as python -m http.server.";
