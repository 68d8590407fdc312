// An OpenID provider that lets in whoever it is told to: node provider.js PORT ACCOUNT MAIL REDIRECT signed|plain
import { Provider } from "oidc-provider";

const [port, account, mail, redirect, userinfo] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: "workspace",
    client_secret: "a secret that only tests know",
    redirect_uris: [redirect],
    post_logout_redirect_uris: [new URL("/sign-in", redirect).href],
    ...(userinfo === "signed" ? { userinfo_signed_response_alg: "RS256" } : {}),
  }],
  pkce: { required: () => true },
  claims: { openid: ["sub"], email: ["email"] },
  scopes: ["openid", "email", "given_name", "usual_name"],
  features: { devInteractions: { enabled: false }, jwtUserinfo: { enabled: true } },
  cookies: { keys: ["tests"] },
  interactions: { url: (_, interaction) => `/let-in/${interaction.uid}` },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: mail }) }),
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope(ctx.oidc.params.scope);
    await grant.save();
    return grant;
  },
});
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/let-in/")) return next();
  ctx.respond = false;
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: account } });
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
