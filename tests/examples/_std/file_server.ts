/** As much of `@std/http`'s file server as an example uses, for machines that do not reach JSR. */
export async function serveDir(
  request: Request,
  { fsRoot, urlRoot }: { fsRoot: string; urlRoot: string; quiet: boolean },
): Promise<Response> {
  const name = new URL(request.url).pathname.slice(`/${urlRoot}/`.length);
  return new Response(await Deno.readTextFile(`${fsRoot}/${name}`));
}
