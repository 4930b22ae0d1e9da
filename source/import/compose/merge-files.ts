import {isMap, mapOf, type Raw} from '../../descriptor/rules/raw.ts';
import type {LoadedProject, LoadedService} from './load.ts';
import {mergeMap} from './merge.ts';

/** What has a name in a project, by its section. */
const byName = (section: unknown): Raw => mapOf(section);

const mergeSection = (over: unknown, base: unknown): Raw => {
	const [above, below] = [byName(over), byName(base)];
	const names = [...new Set([...Object.keys(below), ...Object.keys(above)])];
	return Object.fromEntries(
		names.map(name => {
			const [mine, other] = [above[name], below[name]];
			return [name, isMap(mine) && isMap(other) ? mergeMap(mine as Raw, other as Raw) : (mine ?? other ?? null)];
		}),
	);
};

function mergeService(over: LoadedService | undefined, base: LoadedService | undefined): LoadedService {
	if (!over || !base) return (over ?? base)!;
	const {source} = over.origin;
	const origin = {...base.origin, over: [source, ...(base.origin.over ?? [])]};
	return {name: base.name, tree: mergeMap(over.tree, base.tree), origin};
}

/** A project with another one merged over it, as Compose merges several files: the later one wins. */
export function mergeProjects(base: LoadedProject, over: LoadedProject): LoadedProject {
	const names = [...new Set([...base.services, ...over.services].map(({name}) => name))];
	const find = (services: readonly LoadedService[], name: string) => services.find(each => each.name === name);
	const services = names.map(name => mergeService(find(over.services, name), find(base.services, name)));
	const keys = [...new Set([...Object.keys(base.tree), ...Object.keys(over.tree)])];
	const tree = Object.fromEntries(
		keys.map(key => {
			if (key === 'services') return [key, Object.fromEntries(services.map(service => [service.name, service.tree]))];
			const [mine, other] = [over.tree[key], base.tree[key]];
			return [key, isMap(mine) || isMap(other) ? mergeSection(mine, other) : (mine ?? other ?? null)];
		}),
	);
	const origin = {...base.origin, over: [over.origin.source, ...(base.origin.over ?? [])]};
	return {origin, services, tree};
}
