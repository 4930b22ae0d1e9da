/** The page with all notes; it works without JavaScript. */
export const renderPage = notes => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Handover notes</title>
<style>${style}</style>
</head>
<body>
<main>
	<h1>Handover notes</h1>
	<p>What the next shift should know. Kept in PostgreSQL, written by the api.</p>
	<form method="post" action="/api/notes">
		<input name="author" placeholder="Your name" aria-label="Your name" maxlength="40" required>
		<input name="text" placeholder="What should the next shift know?" aria-label="Note" maxlength="280" required>
		<button>Add</button>
	</form>
	<ol>
${notes.map(renderNote).join('\n')}
	</ol>
</main>
</body>
</html>
`;

const renderNote = ({author, text, writtenAt}) =>
	`		<li><b>${escapeHtml(author)}</b> <span>${escapeHtml(text)}</span> <time datetime="${escapeHtml(writtenAt)}">${formatTime(writtenAt)}</time></li>`;

const formatTime = writtenAt => `${writtenAt.slice(0, 16).replace('T', ' ')} UTC`;

const entities = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;'};
const escapeHtml = text => text.replace(/[&<>"']/g, character => entities[character]);

const style = `
	:root {
		color-scheme: light dark;
		--paper: light-dark(#f6f5f2, #16181d);
		--card: light-dark(#fff, #1f2229);
		--ink: light-dark(#1d2027, #e9e7e2);
		--quiet: light-dark(#6a6f7a, #9096a3);
		--line: light-dark(#e2dfd8, #30343d);
		--accent: light-dark(#0f766e, #5eead4);
	}
	body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, sans-serif; }
	main { box-sizing: border-box; width: min(44rem, 100%); margin: 8vh auto; padding: 0 1.5rem; }
	h1 { margin: 0 0 .25rem; font-size: 1.75rem; line-height: 1.2; letter-spacing: -.02em; }
	p, time { color: var(--quiet); }
	p { margin: 0 0 1.5rem; }
	form { display: flex; flex-wrap: wrap; gap: .5rem; margin-bottom: 1.5rem; }
	input, button { font: inherit; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: 8px; }
	input { flex: 1 1 8rem; min-width: 0; background: var(--card); color: var(--ink); }
	input[name=text] { flex-grow: 4; }
	button { border-color: transparent; background: var(--accent); color: var(--paper); cursor: pointer; }
	ol { margin: 0; padding: 0; list-style: none; border: 1px solid var(--line); border-radius: 12px; background: var(--card); }
	li { display: grid; grid-template-columns: 6rem 1fr auto; gap: 0 1rem; padding: .9rem 1.25rem; }
	li + li { border-top: 1px solid var(--line); }
	b, span { overflow-wrap: anywhere; }
	time { font-size: .85em; white-space: nowrap; }
	@media (max-width: 36rem) { li { grid-template-columns: 1fr; } }
`;
