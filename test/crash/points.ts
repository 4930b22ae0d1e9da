import {type FailpointName, failpointNames} from '../../source/failpoints.ts';

type Situation = 'first deploy' | 'redeploy' | 'larger networks' | 'destroy';

/** Failpoints that a command never reaches, or, for larger networks, that a redeploy tries as well. */
const elsewhere: Readonly<Record<Situation, RegExp>> = {
	'first deploy':
		/^build\.after-start$|^(recover|retire|destroy|worker|networks)\.|^journal\.(before|after)-failed|-(release|retire|remove)$|^resource\.after-(stop|rename)|^switch\.between/,
	redeploy:
		/^(recover|destroy|identity|trust|networks)\.|^journal\.(before|after)-failed|-(create-network|create-volume|release|remove)$/,
	'larger networks':
		/^(recover|destroy|identity|trust|audit|state|build)\.|^journal\.(before|after-(open|failed|close|archive))|-(create-volume|build-image|release)$|^switch\.between/,
	destroy:
		/^(build|recover|retire|worker|candidate|resource|identity|trust|networks)\.|^switch\.|^journal\.(before|after)-failed|-(create-network|create-volume|build-image|run-candidate|replace-resource|release|retire)$/,
};

/**
 * Failpoints of adoptions, backups, stores, restores, rotations, scheduled runs, certificates and moves of a state, which no
 * situation reaches.
 */
const ofOthers = /^(adopt|backup|store|restore|rotate|job|certificate|migrate)\.|-(adopt|rotate)$/;

export const pointsOf = (situation: Situation): FailpointName[] =>
	failpointNames.filter(name => !elsewhere[situation].test(name) && !ofOthers.test(name));

/** Failpoints that are tried at every hit: together they leave every possible state file and journal. */
const everyHit = /^state\.(before|after)-rename|^journal\.after-(begin|done|state)/;

// COMPARTMENT_CRASH_HITS=1 tries every point once.
const most = Number(process.env['COMPARTMENT_CRASH_HITS'] ?? 40);

/** At how many hits a point is tried; a command that does not reach the next hit ends the series. */
export const hitsOf = (point: FailpointName): number =>
	Math.min(most, everyHit.test(point) ? 40 : /^(state|journal)\./.test(point) ? 2 : 6);
