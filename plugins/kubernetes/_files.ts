/**
 * Contents of credential files.
 *
 * @module
 */

/** Reads a text file; undefined when it does not exist. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Decodes base64 of UTF-8. @throws {TypeError} When it is not base64. */
export function decodeBase64Text(data: string): string {
  try {
    return new TextDecoder().decode(
      Uint8Array.from(atob(data.trim()), (letter) => letter.charCodeAt(0)),
    );
  } catch (cause) {
    throw new TypeError("a member that ends in -data is not base64", { cause });
  }
}
