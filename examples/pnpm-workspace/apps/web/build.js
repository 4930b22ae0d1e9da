import {mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import {marked} from 'marked';

const folder = new URL('pages/', import.meta.url);
const output = new URL('dist/', import.meta.url);

const page = body => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Workspace</title>
<style>body { font: 1.1rem/1.6 system-ui; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }</style>
${body}`;

await mkdir(output, {recursive: true});
for (const name of await readdir(folder)) {
	const html = page(await marked(await readFile(new URL(name, folder), 'utf8')));
	await writeFile(new URL(name.replace(/\.md$/, '.html'), output), html);
	console.log(`${name} → dist/${name.replace(/\.md$/, '.html')}`);
}
