import {builtBy, type FrameworkReader, nothing, server} from './framework.ts';

/** Frameworks whose own command for development is often the start script. */
export const readServers: FrameworkReader = async ({has, files}) => {
	// Adonis and Medusa build a whole program into a folder, which resolves its packages from the one above.
	if (has('@adonisjs/core') && files.paths.some(path => /^bin\/server\.[jt]s$/.test(path)))
		return {name: 'Adonis', made: server('node build/bin/server.js'), build: {command: 'node ace build'}};
	if (has('@medusajs/medusa') && files.paths.some(path => /^medusa-config\.[jt]s$/.test(path)))
		return builtBy(
			{name: 'Medusa', made: server(has('@medusajs/framework') ? 'cd .medusa/server && medusa start' : 'medusa start')},
			'medusa build',
		);
	if (has('@strapi/strapi')) return builtBy({name: 'Strapi', made: server('strapi start')}, 'strapi build');
	if (has('@nestjs/core')) return builtBy({name: 'Nest', made: server('node dist/main')}, 'nest build');
	return undefined;
};

const workerFiles = ['wrangler.toml', 'wrangler.json', 'wrangler.jsonc'];

/** Workers of Cloudflare, which need its runtime. */
export const readWorkers: FrameworkReader = async ({has, files}) => {
	const file = workerFiles.find(files.has);
	if (file === undefined || !has('wrangler')) return undefined;
	return {
		name: 'Cloudflare Workers',
		made: nothing(`${file} describes a Worker, which needs Cloudflare's runtime. Add a Dockerfile.`),
	};
};
