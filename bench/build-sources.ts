import {randomBytes} from 'node:crypto';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

const dockerfile = `FROM node:24-slim
WORKDIR /app
COPY package.json ./
RUN npm install --omit=dev
COPY . .
CMD ["node", "server.js"]
`;

const write = (folder: string, files: Readonly<Record<string, string | Buffer>>): void => {
	mkdirSync(folder, {recursive: true});
	for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
};

/** Changes a service's source to text that no build has seen. */
export const changeLine = (folder: string): void =>
	writeFileSync(join(folder, 'server.js'), `// ${process.pid} ${performance.now()}\n`);

/** A Node service with one dependency. */
export function writeService(folder: string, {hasDockerfile}: {readonly hasDockerfile: boolean}): void {
	const manifest = {scripts: {start: 'node server.js'}, dependencies: {'escape-html': '1.0.3'}};
	write(folder, {'package.json': JSON.stringify(manifest), ...(hasDockerfile && {Dockerfile: dockerfile})});
	changeLine(folder);
}

/** 2,000 files and 200 MB, half of it text and half of it as dense as pictures. */
export function writeHeavyService(folder: string): void {
	write(folder, {Dockerfile: 'FROM node:24-slim\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n'});
	changeLine(folder);
	const text = Buffer.alloc(100_000, 'some text that repeats itself, as sources do: ');
	for (let group = 0; group < 20; group += 1) {
		const files = Array.from({length: 100}, (_, file): [string, Buffer] =>
			file % 2 === 0
				? [`${file}.bin`, randomBytes(text.length)]
				: [`${file}.txt`, Buffer.concat([randomBytes(8), text])],
		);
		write(join(folder, `f${group}`), Object.fromEntries(files));
	}
}

/** 20,000 files and 500 MB, most of them small, as in a repository with pictures. */
export function writeLargeService(folder: string): void {
	write(folder, {Dockerfile: 'FROM node:24-slim\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n'});
	changeLine(folder);
	const content = Buffer.alloc(25_600, 'some text ');
	for (let group = 0; group < 200; group += 1) {
		const files = Array.from({length: 100}, (_, file): [string, Buffer] => {
			content.writeUInt32LE(group * 100 + file);
			return [`${file}.txt`, Buffer.from(content)];
		});
		write(join(folder, `f${group}`), Object.fromEntries(files));
	}
}
