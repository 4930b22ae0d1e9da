import type {
	AccessMode,
	GeneratedVariable,
	HttpReadiness,
	RestartPolicy,
	RouteRule,
	Schedule,
	ServiceKind,
	TcpReadiness,
} from '../descriptor/project.ts';
import type {ImageOrigin} from './image-origin.ts';
import type {ResourceSpec, ServiceSpec} from './specs.ts';
import type {EnvValue, VariableScope} from './values.ts';

/**
 * What the label `compartment.record` keeps of an object: the part of its record in the state that the object's own
 * configuration does not show. Values are never in it, so a label reveals none.
 */

/**
 * Where a plain value came from: a variable with its revision; absent for a literal of compartment.yml. The value itself is in
 * the container's configuration.
 */
export type PlainShape = {
	readonly type: 'plain';
	readonly scope?: VariableScope;
	readonly revision?: string;
};

/** An `EnvValue` without any text. `isBound`: an output that `variable set --from-resource` gave to the variable. */
export type ValueShape =
	| PlainShape
	| Extract<EnvValue, {type: 'secret'}>
	| (Extract<EnvValue, {type: 'output'}> & {readonly isBound?: true});

export type EnvShape = Readonly<Record<string, ValueShape>>;

type WithShape<Spec extends {readonly env: unknown}> = Omit<Spec, 'env'> & {readonly env: EnvShape};

/** A deployment, in the label of its container. */
export type DeploymentShape = {
	readonly version: 1;
	readonly run: string;
	readonly kind: ServiceKind;
	readonly type: 'deploy' | 'promote' | 'rollback' | 'restart' | 'heal';
	readonly label?: string;
	readonly createdAt: string;
	readonly spec: WithShape<ServiceSpec>;
	readonly readiness?: HttpReadiness;
	readonly schedule?: Schedule;
	readonly image: {
		readonly key: string;
		readonly reference: string;
		readonly builder?: string;
		readonly origin?: ImageOrigin;
	};
	readonly address?: string;
	readonly port?: number;
	readonly routes: readonly RouteRule[];
	readonly accessMode?: AccessMode;
	/** Whether `apply --hold` made it. */
	readonly isHeld?: true;
};

/** A resource, in the label of its container. Outputs and operations are in compartment.yml alone: they may hold texts. */
export type ResourceShape = {
	readonly version: 1;
	readonly createdAt: string;
	readonly spec: WithShape<ResourceSpec>;
	readonly restart: RestartPolicy;
	readonly readiness?: TcpReadiness;
	readonly preset?: string;
	readonly generatedVariables: Readonly<Record<string, GeneratedVariable>>;
};

/** A volume, in its own label. */
export type VolumeShape = {readonly version: 1; readonly createdAt: string; readonly mountPath: string};
