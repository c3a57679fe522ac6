/** The packages behind S3 that are not installed. Those who use the client only need not have them. */
export declare const missingS3Packages: () => string[];
