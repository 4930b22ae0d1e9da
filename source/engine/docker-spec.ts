import type Docker from 'dockerode';
import {UserError} from '../errors.ts';
import {toEndpoint} from './docker-networks.ts';
import {type AnyRestart, type ContainerSpec, defaultPids} from './engine.ts';
import {refuseHiddenFiles} from './hidden-files.ts';

/** The engine's form of a container. It has only the first network, because older engines accept just one. */
export function toCreateOptions(spec: ContainerSpec): Docker.ContainerCreateOptions {
	refuseHiddenFiles(spec);
	const [first] = spec.attachments;
	const ports = Object.entries(spec.publish ?? {});
	return {
		name: spec.name,
		Image: spec.image,
		Labels: {...spec.labels},
		Env: toEnv(spec.env),
		...(spec.command ? {Cmd: [...spec.command]} : {}),
		...(spec.entrypoint ? {Entrypoint: [...spec.entrypoint]} : {}),
		...(spec.user ? {User: spec.user} : {}),
		...(spec.hostname ? {Hostname: spec.hostname} : {}),
		...(spec.stopGraceSeconds === undefined ? {} : {StopTimeout: spec.stopGraceSeconds}),
		...(ports.length > 0 ? {ExposedPorts: Object.fromEntries(ports.map(([port]) => [`${port}/tcp`, {}]))} : {}),
		...(first ? {NetworkingConfig: {EndpointsConfig: {[first.network]: toEndpoint(first)}}} : {}),
		HostConfig: toHostConfig(spec),
	};
}

function toHostConfig(spec: ContainerSpec): Docker.HostConfig {
	const {limits, capabilities} = spec;
	return {
		// A container without attachments gets no network: the default bridge is shared with other containers.
		NetworkMode: spec.attachments[0]?.network ?? 'none',
		RestartPolicy: toRestartPolicy(spec.restart),
		Init: spec.hasInit ?? false,
		SecurityOpt: ['no-new-privileges'],
		LogConfig: {Type: 'json-file', Config: {'max-size': '10m', 'max-file': '3'}},
		Mounts: toMounts(spec),
		PortBindings: Object.fromEntries(
			Object.entries(spec.publish ?? {}).map(([port, to]) => [
				`${port}/tcp`,
				[{HostIp: to.host, HostPort: String(to.port)}],
			]),
		),
		...(spec.tmpfs ? {Tmpfs: {...spec.tmpfs}} : {}),
		...(limits?.cpu === undefined ? {} : {NanoCpus: Math.round(limits.cpu * 1e9)}),
		...(limits?.memory === undefined ? {} : {Memory: limits.memory}),
		PidsLimit: limits?.pids ?? defaultPids,
		...(capabilities ? {CapDrop: ['ALL'], CapAdd: [...capabilities]} : {}),
	};
}

export const toRestartPolicy = ({policy, maxRetries}: AnyRestart) => ({
	Name: policy,
	...(policy === 'on-failure' ? {MaximumRetryCount: maxRetries ?? 0} : {}),
});

function toMounts({volumes = {}, binds = {}}: ContainerSpec): Docker.MountSettings[] {
	type Mounted = {path: string; isReadOnly?: boolean; startsEmpty?: boolean};
	const mount = (Type: 'volume' | 'bind') => (entry: [string, Mounted]) => ({
		Type,
		Source: entry[0],
		Target: entry[1].path,
		ReadOnly: entry[1].isReadOnly ?? false,
		...(entry[1].startsEmpty ? {VolumeOptions: {NoCopy: true, Labels: {}, DriverConfig: {Name: '', Options: {}}}} : {}),
	});
	return [...Object.entries(volumes).map(mount('volume')), ...Object.entries(binds).map(mount('bind'))];
}

/** Rejects invalid variables here, because the engine's error would quote the value. */
export function toEnv(env: Readonly<Record<string, string>>): string[] {
	return Object.entries(env).map(([name, value]) => {
		if (name === '' || /[=\0]/.test(name)) throw new UserError(`invalid variable name "${name}"`);
		if (value.includes('\0'))
			throw new UserError(`variable ${name} contains a NUL byte, which environment variables cannot hold`);
		return `${name}=${value}`;
	});
}
