/** Where an image came from, for display only: image ids decide whether two images are the same. */
export type ImageOrigin = {
	/** Commit that was checked out when it was built: 7 hex digits, and `+ changes` where files differed from it. */
	readonly commit?: string;
	/** `repository@sha256:…` under which a registry has it. */
	readonly digest?: string;
	/** When it was built or first used, ISO 8601. */
	readonly builtAt?: string;
};
