/** Shown for the moment in which the app's own server is asked; at most three seconds, and usually not seen. */

export function AskingServer() {
  return (
    <main className="page">
      <p className="asking quiet">Asking the server…</p>
    </main>
  );
}
