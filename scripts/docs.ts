/** Writes the pages of docs/ that are generated from the source: npm run docs */
import {writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {generatedPages} from './docs/pages.ts';

for (const [name, text] of Object.entries(await generatedPages())) {
	writeFileSync(fileURLToPath(new URL(`../docs/${name}`, import.meta.url)), text);
	console.log(`docs/${name}`);
}
