/** The public interface of this folder: one HAProxy per engine, which serves all environments. */
export {addChallenges, type Challenge, removeChallenges} from './challenges.ts';
export {type ObservedRouter, observeRouter} from './container.ts';
export {drain, settleWorkers} from './drain.ts';
export {ensureRouter, removeRouter} from './ensure.ts';
export {joinEnvironment, leaveEnvironment} from './environments.ts';
export {changeCertificates, type RefusedCertificate} from './install-certificates.ts';
export {keepsStates} from './kept-states.ts';
export {matchRequest} from './match.ts';
export {optionsFor, ownAddress, type RouterOptions} from './options.ts';
export {type OutdatedPart, outdatedParts} from './outdated.ts';
export {ownPrefix} from './own-network.ts';
export {probeHttp, probeTcp} from './probe.ts';
export {publish, readTables, type StagedPublish, settleTables, stagePublish, withdraw} from './publish.ts';
export {readCertificates} from './read-certificates.ts';
export {type Asker, type Checked, readChecks, readPorts} from './read-checks.ts';
export {readTraffic, type Traffic} from './traffic.ts';
export {isKnownOutdated, readVersion, wantedVersion} from './version.ts';
