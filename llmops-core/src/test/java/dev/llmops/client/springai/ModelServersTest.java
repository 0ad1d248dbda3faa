package dev.llmops.client.springai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.llmops.LlmRequest;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelServersTest {

  @Test
  void aHostMayBeAnyThatAUrlHasOrADockerComposeService() {
    assertThat(named("http://gpu-1:8000")).isEqualTo("gpu-1 8000");
    assertThat(named("http://gpu-1.example.com/v1?a=b")).isEqualTo("gpu-1.example.com 80");
    assertThat(named("HTTPS://10.0.0.7")).isEqualTo("10.0.0.7 443");
    assertThat(named("http://[::1]:8000")).isEqualTo("::1 8000");
    assertThat(named("https://[2001:db8::1]/v1")).isEqualTo("2001:db8::1 443");
    assertThat(named("http://vllm_server:8000/v1")).isEqualTo("vllm_server 8000");
    assertThat(named("http://vllm_server")).isEqualTo("vllm_server 80");
    assertThat(named("http://vllm_server:")).isEqualTo("vllm_server 80"); // RFC 3986, 3.2.3
  }

  @Test
  void whoMayAskIsNoPartOfAnAddress() {
    assertThat(named("http://user:key@vllm_server:8000")).isEqualTo("vllm_server 8000");
    assertThat(named("http://user:key@gpu-1:8000")).isEqualTo("gpu-1 8000");
    assertThat(named("http://user:k@y@vllm_server:8000")).isEqualTo("vllm_server 8000");
    assertThat(named("http://user:key@[::1]:8000")).isEqualTo("::1 8000");
  }

  @Test
  void whatIsNoServersUrlIsToldWithoutItsSecrets() {
    assertThat(refused("gpu-1"))
        .isEqualTo("servers.openai must be a URL such as http://gpu-1:8000, but was \"gpu-1\"");
    assertThat(refused("ftp://user:key@gpu-1:8000/a"))
        .endsWith("but was \"ftp://***@gpu-1:8000/a\"");
    assertThat(refused("user:key@gpu-1:8000")).endsWith("but was \"***@gpu-1:8000\"");
    assertThat(refused("ftp://gpu-1:8000/a?key=secret#x"))
        .endsWith("but was \"ftp://gpu-1:8000/a\"");
    assertThat(refused("http://user:key@vllm_server:port"))
        .endsWith("but was \"http://***@vllm_server:port\"");
    assertThat(refused("http://user:key@vllm_server:70000"))
        .endsWith("but was \"http://***@vllm_server:70000\"");
    assertThat(refused("http://user:k@y@a:b:80")).endsWith("but was \"http://***@a:b:80\"");
    assertThat(refused("http://user:key@/v1")).endsWith("but was \"http://***@/v1\"");
    assertThat(refused("http://user:k#ey@gpu-1")).endsWith("but was \"http://***\"");
    assertThat(refused("ftp://gpu-1?key=a@b")).endsWith("but was \"ftp://***\"");
    assertThat(refused("http:///v1")).endsWith("but was \"http:///v1\"");
  }

  private static String named(String url) {
    LlmRequest.Builder request = LlmRequest.builder(LlmRequest.CHAT, "openai");
    ModelServers.of(Map.of("openai", URI.create(url))).name("OpenAI", request);
    LlmRequest named = request.build();
    return named.serverAddress() + " " + named.serverPort();
  }

  private static String refused(String url) {
    Throwable thrown = catchThrowable(() -> ModelServers.of(Map.of("openai", URI.create(url))));
    assertThat(thrown).isInstanceOf(IllegalArgumentException.class);
    return thrown.getMessage();
  }
}
