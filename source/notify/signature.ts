import {createHmac} from 'node:crypto';

export const signatureHeader = 'Compartment-Signature';

/**
 * The value of the signature header: `t=SECONDS,v1=HEX`, where HEX is the HMAC-SHA256 of `SECONDS.BODY`. The time is that
 * of this attempt and is signed too, so a receiver can refuse what is old, and with it what somebody sends again.
 * @param now milliseconds since the epoch
 */
export function sign(body: string, secret: string, now: number): string {
	const seconds = Math.floor(now / 1000);
	const code = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
	return `t=${seconds},v1=${code}`;
}
