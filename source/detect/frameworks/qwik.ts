import {type FrameworkReader, nothing, server, site} from './framework.ts';

const packages = ['@builder.io/qwik-city', '@qwik.dev/router'];
const servers = ['express', 'fastify', 'node-server'];

/** Qwik City: what the adapters in its folder `adapters` make. */
export const readQwik: FrameworkReader = async ({files, has}) => {
	if (!packages.some(has)) return undefined;
	const adapters = files.paths.flatMap(path => /^adapters\/([^/]+)\//.exec(path)?.[1] ?? []);
	const names = [...new Set(adapters)];
	const name = names.length === 0 ? 'Qwik City' : `Qwik City with the adapter ${names.join(', ')}`;
	const chosen = servers.find(each => names.includes(each));
	if (chosen) return {name, made: server(`node server/entry.${chosen}.js`)};
	if (names.some(each => each === 'static' || each === 'ssg')) return {name, made: site('dist')};
	const advice = 'Add one with `qwik add express`, or with `qwik add static` for files.';
	const problem =
		names.length === 0 ? 'It has no adapter.' : `Its adapter ${names.join(', ')} builds for another host.`;
	return {name, made: nothing(`${problem} ${advice}`)};
};
