import time

from tests.support.story import GOOD, sample


def probe(here, method, path, **kw):
    t=time.perf_counter()
    try:
        r = here.client.request(method, path, **kw)
        s = r.status_code; n=len(r.content)
    except Exception as e:
        s = f"EXC {type(e).__name__}: {str(e)[:150]}"; n=0
    print(f"{s}  {time.perf_counter()-t:.2f}s {n}  {method} {path[:90]}", flush=True)
def test_probe(own):
    place, browse = own
    place.drop("CIQ-YC", "order.xml", sample("transfer-order.xml"))
    assert place.engine.until_idle().problems == []
    op = browse("operator"); b = browse("origin"); integ = browse("integrator")
    for p in ["/search?until=9999-12-31","/search?since=0001-01-01","/search?since=9999-12-31","/search?text=x&partner=CIQ-YC&since=9999-12-31",
      "/search?text=x&partner=CIQ-YC&since=0001-01-01","/search?after=999999999999999999.x","/search?after=%C2%B2.x","/search?kind=clock&after=1.%C2%B2","/search?partner=%00&state=%00&type=%00","/search?q=%00","/search?q=%ED%A0%80",
      "/search?kind=nothing","/registers/transfer?value=%00&after=%00&state=%00","/registers/transfer?open=yes&state=x","/show/file/%0a","/show/x/y","/trace/a/b","/download/%00","/progress?number=%00","/reports","/show/%2F%2Fevil",
      "//evil.example/","/login?next=//evil","/desk?value=%00"]:
        probe(op,"GET",p)
    import re
    csrf = re.search(r'name="csrf" value="([^"]*)"', op.client.get("/account").text)[1]
    for v in ("release","reject","retry","waive","x"):
        for i in ("nothing","%00","a%2Fb","x"*3000,"%0a"):
            probe(op,"POST",f"/decide/{v}/{i}",data={"csrf":csrf,"reason":"x\x00"})
    probe(op,"POST","/search/saved",data={"csrf":csrf,"name":"a\x00<b>","query":"q=\x00&x=%ff"})
    csrf = re.search(r'name="csrf" value="([^"]*)"', b.client.get("/account").text)[1]
    base={"csrf":csrf,"ticket":"t"*10,"do":"send"}
    for extra in ({"f.DeclNo":"\x00"},{"f.DeclNo":"\x0b"},{"f.DeclNo":"\ufffe"},{"ticket":"t"*300},{"f.Goods.x":"1","f.":"2","f.Goods.100.Qty":"5"},{"more":"<script>"}):
        probe(b,"POST","/desk/key/transfer-order",data=base|extra)
    from tests.console.test_desk import fields_of
    full=fields_of(sample("transfer-order.xml"))
    probe(b,"POST","/desk/key/transfer-order",data=base|full|{"ticket":"t"*300})
    probe(b,"POST","/desk/key/transfer-order",data=base|full|{"ticket":"\x00"*20})
    for n in (5000,20000):
        probe(b,"POST","/desk/key/transfer-order",data=base|{f"f.x{i}":"1" for i in range(n)})
    probe(b,"POST","/desk/key/transfer-order",data=base|{f"f.Goods.{i}.Qty":"1" for i in range(1,99)})
    csrf = re.search(r'name="csrf" value="([^"]*)"', integ.client.get("/account").text)[1]
    for depth in (100,200,250):
        probe(integ,"POST","/try",data={"csrf":csrf,"text":"<a>"*depth+"x"+"</a>"*depth})
    probe(integ,"POST","/try",data={"csrf":csrf,"text":"<a>"*300000+"x"+"</a>"*300000})
    probe(integ,"POST","/try",data={"csrf":csrf,"text":"<a>"+"<b>x</b>"*220000+"</a>"})
    e=(GOOD/"cusdec-import.edi").read_text()
    probe(integ,"POST","/try",data={"csrf":csrf,"text":e.replace("UNT+","FTX+AAA+++X'\n"*100000+"UNT+")})
    body=b"--B\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n\\ud800\r\n--B\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n"+csrf.encode()+b"\r\n--B--\r\n"
    probe(integ,"POST","/try",content=body,headers={"content-type":"multipart/form-data; boundary=B; charset=unicode_escape"})
    probe(integ,"POST","/try",data={"csrf":csrf,"text":"<?xml version='1.0' encoding='rot13'?><a/>"})
    probe(integ,"POST","/try",data={"csrf":csrf,"text":"<?xml version='1.0' encoding='base64'?><a/>"})
    probe(integ,"POST","/try",data={"csrf":csrf,"text":"a,b\n","layout":"nope"})
