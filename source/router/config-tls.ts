import {
	certificateList,
	challengePrefix,
	challengesMap,
	hostsMap,
	tlsPort,
	tlsSuffixVariable,
	zonesMap,
} from './layout.ts';

// Mozilla's intermediate profile, without DHE, which needs another file and serves no client that ECDHE does not.
const ciphers = [
	'ECDHE-ECDSA-AES128-GCM-SHA256',
	'ECDHE-RSA-AES128-GCM-SHA256',
	'ECDHE-ECDSA-AES256-GCM-SHA384',
	'ECDHE-RSA-AES256-GCM-SHA384',
	'ECDHE-ECDSA-CHACHA20-POLY1305',
	'ECDHE-RSA-CHACHA20-POLY1305',
];
const suites = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];

/** Versions and ciphers of every TLS port, in the section `global`. */
export const renderTlsDefaults = (): string[] => [
	'\tssl-default-bind-options prefer-client-ciphers ssl-min-ver TLSv1.2 no-tls-tickets',
	`\tssl-default-bind-ciphers ${ciphers.join(':')}`,
	`\tssl-default-bind-ciphersuites ${suites.join(':')}`,
	'\tssl-default-bind-curves X25519:prime256v1:secp384r1',
];

/**
 * The TLS port. A connection for a host without a certificate is refused. The list may be empty, so that the first
 * certificate needs neither a reload nor another container.
 */
export const renderTlsEntrance = (): string[] => [
	`\tbind :${tlsPort} ssl crt-list ${certificateList} strict-sni alpn h2,http/1.1`,
];

/**
 * Answers the challenges of certificate authorities (http-01), for every host and whoever asks. Their map is changed while
 * the router runs. A path that is not in it goes on, because a service may answer challenges itself.
 */
export const renderChallenges = (): string[] => [
	`\thttp-request set-var(txn.challenge) path,field(4,/,0),map_str(${challengesMap}),field(2,/) if { path -m beg ${challengePrefix} }`,
	'\thttp-request return status 200 content-type text/plain lf-string "%[var(txn.challenge)]" if { var(txn.challenge) -m found }',
];

/**
 * Redirects requests from outside to https where the host has a valid certificate (docs/rules.md, "Certificate of a host"). The maps are changed while
 * the router runs. Containers of the environment are not redirected: they reach the router on other ports. Nor is anybody
 * where the router had to start without its port for TLS.
 */
export const renderTlsRedirect = (): string[] => [
	`\thttp-request set-var(txn.tls) var(txn.host),map_str(${hostsMap})`,
	`\thttp-request set-var(txn.tls) var(txn.host),field(2,.,0),map_str(${zonesMap}) if !{ var(txn.tls) -m found }`,
	'\thttp-request set-var(txn.not_after) var(txn.tls),field(1,/) if { var(txn.tls) -m found }',
	`\thttp-request redirect code 308 location "https://%[var(txn.host)]\${${tlsSuffixVariable}-}%[pathq]" if !{ ssl_fc } !{ var(txn.is_inside) -m bool } { var(txn.tls) -m found } { date,sub(txn.not_after) -m int lt 0 } { env(${tlsSuffixVariable}) -m found }`,
];

/** Strict-Transport-Security, also on responses of the router itself, for hosts whose settings ask for it. */
export const renderSecureHeader = (): string[] => [
	'\thttp-after-response set-header Strict-Transport-Security "max-age=%[var(txn.tls),field(2,/)]" if { ssl_fc } { var(txn.tls),field(2,/) -m int gt 0 }',
];
