/** The page as web renders it; the browser then asks backoffice, through the same host. */
export const renderPage = ({environment, deployment}) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>multi-service</title>
<style>
	:root {
		color-scheme: light dark;
		--paper: light-dark(#f6f5f2, #16181d);
		--card: light-dark(#fff, #1f2229);
		--ink: light-dark(#1d2027, #e9e7e2);
		--quiet: light-dark(#6a6f7a, #9096a3);
		--line: light-dark(#e2dfd8, #30343d);
		--accent: light-dark(#0f766e, #5eead4);
	}
	body {
		margin: 0;
		min-height: 100vh;
		display: grid;
		place-items: center;
		background: var(--paper);
		color: var(--ink);
		font: 16px/1.6 system-ui, sans-serif;
	}
	main { box-sizing: border-box; width: min(36rem, 100%); padding: 2rem; }
	h1 { margin: 0 0 .5rem; font-size: 1.75rem; line-height: 1.2; letter-spacing: -.02em; }
	p { margin: 0 0 1.5rem; color: var(--quiet); }
	ol { margin: 0; padding: 0; list-style: none; border: 1px solid var(--line); border-radius: 12px; background: var(--card); }
	li { display: flex; gap: 1rem; padding: 1rem 1.25rem; }
	li + li { border-top: 1px solid var(--line); }
	b { flex: 0 0 6rem; }
	code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
	a { color: var(--accent); }
	#proxy.ok { color: var(--accent); }
</style>
</head>
<body>
<main>
	<h1>Two services, one host</h1>
	<p>The router sends every path to web, except what a rule sends elsewhere.</p>
	<ol>
		<li><b>web</b><span>rendered this page in <code>${environment}</code>, deployment <code>${deployment}</code></span></li>
		<li><b>backoffice</b><span id="proxy">answers at <a href="/api/status"><code>/api/status</code></a></span></li>
	</ol>
</main>
<script type="module">
	const proxy = document.querySelector('#proxy');
	try {
		const response = await fetch('/api/status');
		if (!response.ok) throw new Error('HTTP ' + response.status);
		const {service, status} = await response.json();
		proxy.textContent = 'Proxy route says: ' + service + ' is ' + status + '.';
		proxy.className = 'ok';
	} catch (error) {
		proxy.textContent = 'The proxy route does not answer: ' + error.message;
	}
</script>
</body>
</html>
`;
