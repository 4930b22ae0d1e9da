import {type FailpointName, failpointNames} from '../../source/failpoints.ts';

type Situation = 'first deploy' | 'redeploy' | 'destroy';

/** What a command does not come by, and where it is killed instead. */
const elsewhere: Readonly<Record<Situation, RegExp>> = {
	'first deploy':
		/^(recover|retire|destroy|worker)\.|^journal\.(before|after)-failed|-(release|retire|remove)$|^resource\.after-(stop|rename)|^switch\.between/,
	redeploy:
		/^(recover|destroy|identity|trust)\.|^journal\.(before|after)-failed|-(create-network|create-volume|release|remove)$/,
	destroy:
		/^(recover|retire|worker|candidate|resource|identity|trust)\.|^switch\.|^journal\.(before|after)-failed|-(create-network|create-volume|build-image|run-candidate|replace-resource|release|retire)$/,
};

/** Backups, restores and rotations are no part of any of them. */
const ofBackups = /^(backup|restore|rotate)\.|-rotate$/;

export const pointsOf = (situation: Situation): FailpointName[] =>
	failpointNames.filter(name => !elsewhere[situation].test(name) && !ofBackups.test(name));

/** Between them, a state file and a journal have every content that a crash can leave. */
const everyHit = /^state\.(before|after)-rename|^journal\.after-begin|^journal\.after-done/;

// COMPARTMENT_CRASH_HITS=1 is the short way through all points.
const most = Number(process.env['COMPARTMENT_CRASH_HITS'] ?? 40);

/** How often a point is tried, at its first hit, its second and so on; a command that never comes by ends it before. */
export const hitsOf = (point: FailpointName): number =>
	Math.min(most, everyHit.test(point) ? 40 : /^(state|journal)\./.test(point) ? 2 : 6);
