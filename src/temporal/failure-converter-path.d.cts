/** Where the failure converter is, for the worker, the client and the bundle alike. */
export declare const failureConverterPath: string;
