// A shop that speaks through `wechatpay-axios-plugin`: what it signs the simulator must believe, what the simulator signs
// and encrypts it must believe, and what is wrong must be refused.

import assert from "node:assert/strict";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import wechatpay from "wechatpay-axios-plugin";

const { Aes, Formatter, Rsa, Wechatpay } = wechatpay;
const env = process.env;
const mchid = env.WECHATPAY_MCHID;
const platform = readFileSync(env.WECHATPAY_PLATFORM_CERTIFICATE_FILE);
const certs = {
  [env.WECHATPAY_PUBLIC_KEY_ID]: Rsa.from(readFileSync(env.WECHATPAY_PUBLIC_KEY_FILE), Rsa.KEY_TYPE_PUBLIC),
  [new X509Certificate(platform).serialNumber]: Rsa.from(platform, Rsa.KEY_TYPE_PUBLIC),
};
const client = key => new Wechatpay({
  mchid,
  serial: env.WECHATPAY_SERIAL,
  privateKey: Rsa.from(key, Rsa.KEY_TYPE_PRIVATE),
  certs,
  baseURL: env.WECHATPAY_BASE_URL,
  proxy: false,
});
const pay = client(readFileSync(env.WECHATPAY_PRIVATE_KEY_FILE));

const act = async action => {
  const answer = await fetch(`${env.WECHATPAY_SIMULATOR_CONTROL}/actions`, { method: "POST", body: JSON.stringify(action) });
  assert.equal(answer.status, 200, await answer.text());
};

let passed = 0;
const step = (name, holds) => {
  assert.ok(holds, name);
  passed += 1;
  console.log(`ok ${passed} - ${name}`);
};

// What the shop is told.
const told = [];
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const header = name => request.headers[`wechatpay-${name}`];
  const message = Formatter.response(header("timestamp"), header("nonce"), body);
  const isRight = Rsa.verify(message, header("signature"), certs[header("serial")]);
  if (isRight) {
    const { event_type, resource: { ciphertext, nonce, associated_data } } = JSON.parse(body);
    const text = Aes.AesGcm.decrypt(ciphertext, env.WECHATPAY_API_V3_KEY, nonce, associated_data);
    told.push({ event_type, ...JSON.parse(text) });
  }
  response.writeHead(isRight ? 204 : 401).end();
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const notify_url = `http://127.0.0.1:${server.address().port}/notify`;

const out_trade_no = "20261124-0001";
const ordering = {
  appid: "wxd678efh567hg6787", mchid, description: "鲜花 一束", out_trade_no, notify_url,
  amount: { total: 12800, currency: "CNY" },
};
const ordered = await pay.v3.pay.transactions.native.post(ordering);
step("an order is accepted", ordered.status === 200 && ordered.data.code_url.startsWith("weixin://"));

const query = () => pay.v3.pay.transactions.outTradeNo._out_trade_no_.get({ params: { mchid }, out_trade_no });
step("it waits for the user", (await query()).data.trade_state === "NOTPAY");

await act({ do: "user_pays", out_trade_no });
const paid = told.find(({ event_type }) => event_type === "TRANSACTION.SUCCESS");
step("its payment is told, signed and encrypted", paid?.out_trade_no === out_trade_no && paid.amount.total === 12800);
step("its payment is found by a query", (await query()).data.trade_state === "SUCCESS");

const out_refund_no = "20261124-0001-R1";
const refunded = await pay.v3.refund.domestic.refunds.post({
  out_trade_no, out_refund_no, notify_url, amount: { refund: 12800, total: 12800, currency: "CNY" },
});
step("a refund is accepted", refunded.data.status === "PROCESSING");
await act({ do: "advance", seconds: 60 });
const arrived = await pay.v3.refund.domestic.refunds._out_refund_no_.get({ out_refund_no });
step("a minute later it has arrived", arrived.data.status === "SUCCESS");
step("its arrival is told", told.some(({ event_type }) => event_type === "REFUND.SUCCESS"));

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const stranger = client(privateKey.export({ type: "pkcs8", format: "pem" }));
const refused = await stranger.v3.pay.transactions.native.post({ ...ordering, out_trade_no: "2" }).catch(error => error);
const { status, data } = refused.response;
console.log(`   ${status} ${data.code}: ${data.message}`);
step("a bad signature is refused with 401 SIGN_ERROR", status === 401 && data.code === "SIGN_ERROR");
const signed = "POST\\n/v3/pay/transactions/native\\n";
step("the refusal shows what should have been signed", data.message.includes(signed));

await act({ do: "next_answer", fault: "forged" });
const forged = await query().catch(error => error);
step("the other SDK refuses a forged answer", forged.code === "EV3_RES_HEADER_SIGNATURE_DIGEST");

server.close();
console.log(`${passed} passed, 0 failed`);
