import {type FailpointName, failpointNames} from '../../source/failpoints.ts';

type Situation = 'first deploy' | 'redeploy' | 'destroy';

/** Failpoints that a command never reaches. */
const elsewhere: Readonly<Record<Situation, RegExp>> = {
	'first deploy':
		/^(recover|retire|destroy|worker)\.|^journal\.(before|after)-failed|-(release|retire|remove)$|^resource\.after-(stop|rename)|^switch\.between/,
	redeploy:
		/^(recover|destroy|identity|trust)\.|^journal\.(before|after)-failed|-(create-network|create-volume|release|remove)$/,
	destroy:
		/^(recover|retire|worker|candidate|resource|identity|trust)\.|^switch\.|^journal\.(before|after)-failed|-(create-network|create-volume|build-image|run-candidate|replace-resource|release|retire)$/,
};

/** Failpoints of backups, restores, rotations and larger networks, which no situation reaches. */
const ofOthers = /^(backup|restore|rotate|networks)\.|-rotate$/;

export const pointsOf = (situation: Situation): FailpointName[] =>
	failpointNames.filter(name => !elsewhere[situation].test(name) && !ofOthers.test(name));

/** Failpoints that are tried at every hit: together they leave every possible state file and journal. */
const everyHit = /^state\.(before|after)-rename|^journal\.after-(begin|done|state)/;

// COMPARTMENT_CRASH_HITS=1 tries every point once.
const most = Number(process.env['COMPARTMENT_CRASH_HITS'] ?? 40);

/** At how many hits a point is tried; a command that does not reach the next hit ends the series. */
export const hitsOf = (point: FailpointName): number =>
	Math.min(most, everyHit.test(point) ? 40 : /^(state|journal)\./.test(point) ? 2 : 6);
