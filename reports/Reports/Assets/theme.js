// Before the first paint: the theme chosen last, where the browser keeps such things for a file.
try { document.documentElement.dataset.theme = localStorage.getItem('lab.theme') ?? 'auto'; } catch { document.documentElement.dataset.theme = 'auto'; }
document.documentElement.classList.add('live');
